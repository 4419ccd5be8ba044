/**
 * Functions that measure a mail in the page that shows it. Each is sent to the browser alone, so it can use nothing
 * else here.
 */

export function measured() {
  const seen = (element: Element) => element.checkVisibility();
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = channels(color).map((channel) => {
      const value = channel / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  // WCAG 2.2, contrast ratio
  const contrast = (one: string, other: string) => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const backgroundOf = (element: Element): string => {
    const { backgroundColor } = getComputedStyle(element);
    const [, , , alpha = 1] = channels(backgroundColor);
    return alpha === 0 && element.parentElement ? backgroundOf(element.parentElement) : backgroundColor;
  };
  const withText = [...document.querySelectorAll('body *')].filter(
    (element) =>
      seen(element) &&
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
  );
  return {
    smallText: [...withText, ...document.querySelectorAll('img')]
      .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < 16)
      .map((element) => element.outerHTML),
    lowLinks: [...document.querySelectorAll('a')]
      .filter((link) => seen(link) && link.getBoundingClientRect().height < 44)
      .map((link) => link.outerHTML),
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headlines: [...document.querySelectorAll('h2')].map((headline) => {
      const { left, right } = headline.getBoundingClientRect();
      return [Math.round(left), Math.round(right)];
    }),
    images: [...document.querySelectorAll('img')].map((image) => ({
      alt: image.alt,
      contrast: contrast(getComputedStyle(image).color, backgroundOf(image)),
      height: image.getBoundingClientRect().height,
    })),
  };
}

/**
 * Does roughly what Gmail on iOS and Outlook do to a mail in dark mode: every colour keeps its hue, and light becomes
 * dark. These programs ignore the mail's own colours for dark mode.
 */
export function lightnessTurned() {
  const turned = (color: string) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    // In HSL, the lightness is half the sum of the strongest and the weakest channel. All channels move by the same
    // amount.
    const shift = 255 - (Math.max(red, green, blue) + Math.min(red, green, blue));
    return `rgba(${red + shift}, ${green + shift}, ${blue + shift}, ${alpha})`;
  };
  const all = [document.documentElement, ...document.querySelectorAll<HTMLElement>('body, body *')];
  const changes = all.map((element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    return { element, color: turned(color), background: turned(backgroundColor) };
  });
  for (const { element, color, background } of changes) {
    element.style.setProperty('color', color, 'important');
    element.style.setProperty('background-color', background, 'important');
  }
}
