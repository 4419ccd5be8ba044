/**
 * Checks whether an image is there to be fetched and not to be seen, because it is hidden, or one pixel wide or high.
 * The sanitiser removes `style` and `hidden`, so a hidden image that stayed would become visible. `attributes` are the
 * attributes of an `img` as they were written.
 */
export function isTrackingPixel(attributes: Record<string, string>): boolean {
  const { hidden, width = '', height = '', style = '' } = attributes;
  if (hidden !== undefined || isTinyAttribute(width) || isTinyAttribute(height)) return true;
  return declarationsOf(style).some(
    ([property, value]) => Object.hasOwn(UNSEEN, property) && UNSEEN[property]?.(value),
  );
}

/** For each CSS property, a function that checks whether a value makes the image invisible. */
const UNSEEN: Record<string, (value: string) => boolean> = {
  display: (value) => value === 'none',
  visibility: (value) => value === 'hidden' || value === 'collapse',
  opacity: (value) => fractionOf(value) < LEAST_OPACITY,
  width: isTinyLength,
  height: isTinyLength,
  'max-width': isTinyLength,
  'max-height': isTinyLength,
};
const LEAST_OPACITY = 0.05;

/** Everything after the number except a percent sign is ignored (HTML, "rules for parsing dimension values"). */
function isTinyAttribute(value: string): boolean {
  const [, number, percent] = /^[\t\n\f\r ]*(\d+(?:\.\d+)?)(%?)/.exec(value) ?? [];
  return number !== undefined && isTiny(Number(number), percent ? '%' : 'px');
}

/** Reads a length of CSS. A length without a unit is in pixels, because HTML for mails is often written so. */
function isTinyLength(value: string): boolean {
  const [, number, unit] = /^\+?(\d*\.?\d+(?:e[+-]?\d+)?)(%|[a-z]*)$/.exec(value) ?? [];
  return number !== undefined && isTiny(Number(number), unit || 'px');
}

/**
 * Checks whether a length is about a pixel. A tenth of any other unit that pages use (em, pt, %, vw) is a pixel or two.
 */
function isTiny(number: number, unit: string): boolean {
  return unit === 'px' ? number <= 1 : number <= 0.1;
}

function fractionOf(value: string): number {
  const number = Number.parseFloat(value);
  return value.endsWith('%') ? number / 100 : number;
}

/** Returns the declarations of a `style` without comments, as pairs of property and value in lower case. */
function declarationsOf(style: string): [string, string][] {
  return style
    .replace(/\/\*.*?(?:\*\/|$)/gs, '')
    .toLowerCase()
    .split(';')
    .map((declaration) => {
      const [property = '', ...value] = declaration.split(':');
      return [
        property.trim(),
        value
          .join(':')
          .replace(/!\s*important\s*$/, '')
          .trim(),
      ];
    });
}
