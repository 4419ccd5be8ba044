/**
 * Where each reader's own links go in a frozen mail. They are safe in HTML text, in attributes and in plain text, and
 * `withoutTokens` keeps what an editor typed from being taken for one.
 */
export const UNSUBSCRIBE_TOKEN = '%%UNSUBSCRIBE_URL%%';
export const PREFERENCES_TOKEN = '%%PREFERENCES_URL%%';
/** In drafts, which editors get. */
export const APPROVE_TOKEN = '%%APPROVE_URL%%';
export const HOLD_TOKEN = '%%HOLD_URL%%';

export const LINK_TOKENS = [UNSUBSCRIBE_TOKEN, PREFERENCES_TOKEN, APPROVE_TOKEN, HOLD_TOKEN];

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

/** The same of a draft. Readers' links in it lead nowhere of anybody's. */
export function personaliseDraft(
  frozen: string,
  links: { approve: string; hold: string; readers: string },
): string {
  return personalise(frozen, { unsubscribe: links.readers, preferences: links.readers })
    .replaceAll(APPROVE_TOKEN, links.approve)
    .replaceAll(HOLD_TOKEN, links.hold);
}

/** A zero-width space between two per cent signs: they look the same and start no token. */
export function withoutTokens(text: string): string {
  return text.replaceAll('%%', '%\u200b%');
}
