import { escapeMarkup } from '../articles/text.ts';

/**
 * XML in the two ways in which it is written here: as members of the library's tree (`feed` hands it to xml-js), and
 * as text of our own.
 */

/**
 * xml-js writes `&amp;` as it finds it and escapes other ampersands, so a story about `&amp;` would lose it. With every
 * ampersand escaped beforehand, its text comes out as it went in.
 */
export function libraryText(plain: string): string {
  return plain.replaceAll('&', '&amp;');
}

/** An element's text, in the library's tree. */
export function text(plain: string): { _text: string } {
  return { _text: libraryText(plain) };
}

type AttributeValues = Record<string, string | number | undefined>;

/** An element's attributes, in the library's tree: it escapes only quotes in them. */
export function attributes(values: AttributeValues): { _attributes: Record<string, string> } {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')]],
  );
  return { _attributes: Object.fromEntries(given) };
}

/** An element of our own. `content` is XML; undefined makes it empty. */
export function element(name: string, values: AttributeValues, content?: string): string {
  const given = Object.entries(values)
    .map(([attribute, value]) =>
      value === undefined ? '' : ` ${attribute}="${escapeMarkup(String(value))}"`,
    )
    .join('');
  return content === undefined ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>`;
}
