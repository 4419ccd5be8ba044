/**
 * An image that is there to be fetched, not seen: hidden, or one pixel wide or high. The sanitiser takes `style` and
 * `hidden` away, and would show it. `attributes` are those of an `img`, as they were written.
 */
export function isTrackingPixel(attributes: Record<string, string>): boolean {
  const { hidden, width = '', height = '', style = '' } = attributes;
  if (hidden !== undefined || isTinyAttribute(width) || isTinyAttribute(height)) return true;
  return declarationsOf(style).some(
    ([property, value]) => Object.hasOwn(UNSEEN, property) && UNSEEN[property]?.(value),
  );
}

/** Property → whether nothing is seen at this value. */
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

/** HTML, "rules for parsing dimension values": what follows the number is ignored, but for a percent sign. */
function isTinyAttribute(value: string): boolean {
  const [, number, percent] = /^[\t\n\f\r ]*(\d+(?:\.\d+)?)(%?)/.exec(value) ?? [];
  return number !== undefined && isTiny(Number(number), percent ? '%' : 'px');
}

/** A length of CSS; without a unit it is of pixels, as mails are written. */
function isTinyLength(value: string): boolean {
  const [, number, unit] = /^\+?(\d*\.?\d+(?:e[+-]?\d+)?)(%|[a-z]*)$/.exec(value) ?? [];
  return number !== undefined && isTiny(Number(number), unit || 'px');
}

/** A tenth of any other unit that pages use (em, pt, %, vw) is a pixel or two. */
function isTiny(number: number, unit: string): boolean {
  return unit === 'px' ? number <= 1 : number <= 0.1;
}

function fractionOf(value: string): number {
  const number = Number.parseFloat(value);
  return value.endsWith('%') ? number / 100 : number;
}

/** CSS without its comments, as pairs of property and value in small letters. */
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
