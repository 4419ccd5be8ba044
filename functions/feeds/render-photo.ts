import type { Image } from '../articles/article.ts';
import { element, textElement } from './xml.ts';

/** Media RSS 1.5.1, in RSS and Atom: the photo, what it shows, and whom to credit for it. */
export function photo({ url, type, width, height, bytes, alt, caption, credit }: Image): string {
  const parts = [
    // It has no place for an alternative text beside a caption, which says what it says and more.
    textElement('media:description', caption || alt, { type: 'plain' }),
    textElement('media:credit', credit),
  ];
  return element(
    'media:content',
    { url, medium: 'image', type, width, height, fileSize: bytes },
    parts.join(''),
  );
}
