/**
 * Where each reader's own links go in a frozen mail. They are safe in HTML text, in attributes and in plain text, and
 * `withoutTokens` keeps what an editor typed from being taken for one.
 */
export const UNSUBSCRIBE_TOKEN = '%%UNSUBSCRIBE_URL%%';
export const PREFERENCES_TOKEN = '%%PREFERENCES_URL%%';

/** What a personal link may take, so that a mail's size is known before it is personal. */
export const MAX_LINK_BYTES = 300;

export type PersonalLinks = { unsubscribe: string; preferences: string };

/** A frozen mail, taken apart once for very many readers. */
export type Personal = {
  for(links: PersonalLinks): string;
  /** Characters of what was frozen. */
  length: number;
};

export function personal(frozen: string): Personal {
  const parts = frozen.split(new RegExp(`(${UNSUBSCRIBE_TOKEN}|${PREFERENCES_TOKEN})`));
  return {
    for({ unsubscribe, preferences }) {
      let own = '';
      for (const part of parts)
        own += part === UNSUBSCRIBE_TOKEN ? unsubscribe : part === PREFERENCES_TOKEN ? preferences : part;
      return own;
    },
    length: frozen.length,
  };
}

export function personalise(frozen: string, links: PersonalLinks): string {
  return personal(frozen).for(links);
}

/** A zero-width space between two per cent signs: they look the same and start no token. */
export function withoutTokens(text: string): string {
  return text.replaceAll('%%', '%\u200b%');
}
