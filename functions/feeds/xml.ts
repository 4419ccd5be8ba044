import type { Image } from '../articles/article.ts';
import { escapeMarkup } from '../shared/text.ts';

/** These functions write XML as text. They escape plain text, so callers must not escape it before. */

type Attributes = Record<string, string | number | undefined>;

/**
 * Writes an element. `content` is XML, and without it the element is empty. Attributes without a value are left out.
 */
export function element(name: string, attributes: Attributes, content?: string): string {
  const given = attributeList(attributes);
  return content === undefined ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>`;
}

/** Writes an element with plain text. Returns an empty text if there is no plain text. */
export function textElement(name: string, plain: string | undefined, attributes: Attributes = {}): string {
  return plain ? element(name, attributes, escapeMarkup(plain)) : '';
}

/** Writes HTML as a CDATA section. */
export function cdata(html: string): string {
  return `<![CDATA[${html.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

/**
 * Prepares plain text for the `feed` library. The library passes it to xml-js, which keeps `&amp;` and escapes other
 * ampersands, so that a title about `&amp;` would lose it. If every ampersand is escaped before, the text stays as it
 * is.
 */
export function libraryText(plain: string): string {
  return plain.replaceAll('&', '&amp;');
}

/**
 * Completes the empty feed that the library wrote. The root gets the attributes that the library has not set, and
 * `content` is added at the end of the element `within`. Throws if the library writes another root.
 */
export function completed(
  xml: string,
  parts: { root: string; attributes: Attributes; within: string; content: string[] },
): string {
  const start = xml.indexOf(`<${parts.root} `);
  const end = xml.lastIndexOf(`</${parts.within}>`);
  if (start < 0 || end < 0) throw new Error(`the feed library wrote no ${parts.root}: ${xml.slice(0, 200)}`);
  const afterName = start + parts.root.length + 1;
  const written = xml.slice(start, xml.indexOf('>', start));
  const missing = Object.entries(parts.attributes).filter(([name]) => !written.includes(` ${name}=`));
  const attributes = attributeList(Object.fromEntries(missing));
  const content = parts.content.filter(Boolean).join('\n');
  return `${xml.slice(0, afterName)}${attributes}${xml.slice(afterName, end)}\n${content}\n${xml.slice(end)}`;
}

function attributeList(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escapeMarkup(String(value))}"`))
    .join('');
}

/** Writes a photo with its description and credit as Media RSS 1.5.1, for RSS and Atom. */
export function photo({ url, type, width, height, bytes, alt, caption, credit }: Image): string {
  const parts = [
    // Media RSS has no place for both a caption and an alternative text. The caption says more, so it comes first.
    textElement('media:description', caption || alt, { type: 'plain' }),
    textElement('media:credit', credit),
  ];
  return element(
    'media:content',
    { url, medium: 'image', type, width, height, fileSize: bytes },
    parts.join(''),
  );
}
