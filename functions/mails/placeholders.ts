/**
 * The placeholders that stand in a mail where each reader's own links go. A mail is stored with them and then frozen,
 * which means that it does not change any more. The placeholders are safe in HTML text, in attributes and in plain
 * text. `withoutPlaceholders` makes sure that no text of an editor is taken for one.
 */
export const UNSUBSCRIBE_PLACEHOLDER = '%%UNSUBSCRIBE_URL%%';
export const PREFERENCES_PLACEHOLDER = '%%PREFERENCES_URL%%';
/** Only drafts have these two placeholders, because only drafts go to editors. */
export const APPROVE_PLACEHOLDER = '%%APPROVE_URL%%';
export const HOLD_PLACEHOLDER = '%%HOLD_URL%%';

export const LINK_PLACEHOLDERS = [
  UNSUBSCRIBE_PLACEHOLDER,
  PREFERENCES_PLACEHOLDER,
  APPROVE_PLACEHOLDER,
  HOLD_PLACEHOLDER,
];

/**
 * The most bytes of a personal link. With this limit, the largest size of a mail is known before it has personal links.
 */
export const MAX_LINK_BYTES = 300;

export type PersonalLinks = { unsubscribe: string; preferences: string };

/** Puts a reader's links into a frozen text. */
export function personalise(frozen: string, links: PersonalLinks): string {
  return personal(frozen).for(links);
}

/**
 * Puts an editor's links into a frozen draft. The links that readers have in their mails lead to the page `readers`
 * instead.
 */
export function personaliseDraft(
  frozen: string,
  links: { approve: string; hold: string; readers: string },
): string {
  return personalise(frozen, { unsubscribe: links.readers, preferences: links.readers })
    .replaceAll(APPROVE_PLACEHOLDER, links.approve)
    .replaceAll(HOLD_PLACEHOLDER, links.hold);
}

/** A frozen text that was split at its placeholders once, so that it can be filled in for very many readers. */
export type Personal = {
  for(links: PersonalLinks): string;
  /** Returns the text with the links, which is only built when it is written into JSON. */
  written(links: PersonalLinks): WrittenLater;
  /** How many characters the frozen text has. */
  length: number;
};

/**
 * A string that is built only when it is written into JSON. A request can have a hundred mails of 50 KB each. This way
 * only one of them is in memory at a time, or none if its pieces are written one by one. The text is escaped once for
 * all readers, and as ASCII, so that each character is one byte.
 */
export type WrittenLater = {
  toJSON(): unknown;
  /** Returns the JSON text in pieces, with its quotes. */
  pieces(): string[];
};

/** Splits a frozen text at its placeholders. */
export function personal(frozen: string): Personal {
  const parts = frozen.split(new RegExp(`(${UNSUBSCRIBE_PLACEHOLDER}|${PREFERENCES_PLACEHOLDER})`));
  const escapedParts = parts.map(escaped);
  return {
    for: (links) => filledIn(parts, links).join(''),
    written({ unsubscribe, preferences }) {
      const links = { unsubscribe: escaped(unsubscribe), preferences: escaped(preferences) };
      const pieces = () => ['"', ...filledIn(escapedParts, links), '"'];
      return { pieces, toJSON: () => rawJson(pieces().join('')) };
    },
    length: frozen.length,
  };
}

function filledIn(parts: string[], { unsubscribe, preferences }: PersonalLinks): string[] {
  return parts.map((part) =>
    part === UNSUBSCRIBE_PLACEHOLDER ? unsubscribe : part === PREFERENCES_PLACEHOLDER ? preferences : part,
  );
}

/** Returns a text as it stands between the quotes of a JSON string. */
function escaped(text: string): string {
  return asciiJson(text).slice(1, -1);
}

/** Returns a value as JSON that has only ASCII characters (RFC 8259, section 7). */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Marks JSON text that JSON.stringify writes unchanged (TC39 proposal "JSON.parse source text access"). */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

/**
 * Puts a zero-width space between two per cent signs. The text looks the same, and no placeholder begins with the
 * changed signs.
 */
export function withoutPlaceholders(text: string): string {
  return text.replaceAll('%%', '%\u200b%');
}
