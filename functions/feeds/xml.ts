import type { Image } from '../articles/article.ts';
import { escapeMarkup } from '../shared/text.ts';

/** XML as text. What is plain text is escaped here and nowhere before. */

type Attributes = Record<string, string | number | undefined>;

/** `content` is XML; undefined makes the element empty. Attributes without a value are left out. */
export function element(name: string, attributes: Attributes, content?: string): string {
  const given = attributeList(attributes);
  return content === undefined ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>`;
}

/** An element with text in it; nothing where there is none. */
export function textElement(name: string, plain: string | undefined, attributes: Attributes = {}): string {
  return plain ? element(name, attributes, escapeMarkup(plain)) : '';
}

/** HTML as character data. */
export function cdata(html: string): string {
  return `<![CDATA[${html.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}

/**
 * The `feed` library hands what it is given to xml-js, which writes `&amp;` as it finds it and escapes other ampersands:
 * a title about `&amp;` would lose it. With every ampersand escaped beforehand, text comes out as it went in.
 */
export function libraryText(plain: string): string {
  return plain.replaceAll('&', '&amp;');
}

/**
 * What the library wrote, an empty feed, made whole: attributes for its root, where it has not set them itself, and
 * `content` at the end of the element `within`. Throws where it writes another root than it used to.
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
