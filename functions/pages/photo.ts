import { html, raw } from 'hono/html';
import type { Image } from '../articles/article.ts';
import type { Html, PageContext } from './page-context.ts';

/**
 * Shows a photo with its caption and credit. A photo must not be shown without its credit, so both are made here. A
 * `lead` photo is seen first, so it is not loaded lazily.
 */
export function photo({ phrases }: PageContext, image: Image, options: { lead: boolean }): Html {
  const { caption, credit } = image;
  return html`<figure>
${picture(image, options)}
${(caption || credit) && html`<figcaption>${caption && html`<span dir="auto">${caption}</span> `}${credit && html`<span class="credit" dir="auto">${phrases('page.photo.credit', { name: credit })}</span>`}</figcaption>`}
</figure>`;
}

/** Shows the picture without its caption and credit. */
export function picture(image: Image, options: { lead: boolean }): Html {
  const size = (name: 'width' | 'height') => (image[name] ? html` ${raw(name)}="${image[name]}"` : '');
  return html`<img src="${image.url}" alt="${image.alt}"${size('width')}${size('height')}${raw(options.lead ? '' : ' loading="lazy"')} decoding="async">`;
}
