/**
 * Where each reader's own links go in a frozen mail. They are safe in HTML text, in attributes and in plain text, and
 * `withoutPlaceholders` keeps what an editor typed from being taken for one.
 */
export const UNSUBSCRIBE_PLACEHOLDER = '%%UNSUBSCRIBE_URL%%';
export const PREFERENCES_PLACEHOLDER = '%%PREFERENCES_URL%%';
/** In drafts, which editors get. */
export const APPROVE_PLACEHOLDER = '%%APPROVE_URL%%';
export const HOLD_PLACEHOLDER = '%%HOLD_URL%%';

export const LINK_PLACEHOLDERS = [
  UNSUBSCRIBE_PLACEHOLDER,
  PREFERENCES_PLACEHOLDER,
  APPROVE_PLACEHOLDER,
  HOLD_PLACEHOLDER,
];

/** What a personal link may take, so that a mail's size is known before it is personal. */
export const MAX_LINK_BYTES = 300;

export type PersonalLinks = { unsubscribe: string; preferences: string };

/** A frozen part of a mail, taken apart once for very many readers. */
export type Personal = {
  for(links: PersonalLinks): string;
  /** The same, made when it is written into JSON. */
  written(links: PersonalLinks): WrittenLater;
  /** Characters of what was frozen. */
  length: number;
};

/**
 * A string that is only made where it is written into JSON: of a request with a hundred mails of 50 KB each there is one at
 * a time, or none where its pieces are written. It is escaped once for all readers, and as ASCII, a byte a character.
 */
export type WrittenLater = {
  toJSON(): unknown;
  /** JSON text, with its quotes. */
  pieces(): string[];
};

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

/** JSON text in ASCII alone (RFC 8259, section 7). */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What stands between the quotes. */
function escaped(text: string): string {
  return asciiJson(text).slice(1, -1);
}

/** TC39, JSON.parse source text access: JSON text of a primitive that JSON.stringify writes as it is. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

export function personalise(frozen: string, links: PersonalLinks): string {
  return personal(frozen).for(links);
}

/** The same of a draft. Readers' links in it lead nowhere of anybody's. */
export function personaliseDraft(
  frozen: string,
  links: { approve: string; hold: string; readers: string },
): string {
  return personalise(frozen, { unsubscribe: links.readers, preferences: links.readers })
    .replaceAll(APPROVE_PLACEHOLDER, links.approve)
    .replaceAll(HOLD_PLACEHOLDER, links.hold);
}

/** A zero-width space between two per cent signs: they look the same and start no token. */
export function withoutPlaceholders(text: string): string {
  return text.replaceAll('%%', '%\u200b%');
}
