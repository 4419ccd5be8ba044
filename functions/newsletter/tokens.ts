/**
 * Where each reader's own links go in a frozen mail. They are safe in HTML text, in attributes and in plain text, and
 * `withoutTokens` keeps what an editor typed from being taken for one.
 */
export const UNSUBSCRIBE_TOKEN = '%%UNSUBSCRIBE_URL%%';
export const PREFERENCES_TOKEN = '%%PREFERENCES_URL%%';

/** What a personal link may take, so that a mail's size is known before it is personal. */
export const MAX_LINK_BYTES = 300;

export function personalise(frozen: string, links: { unsubscribe: string; preferences: string }): string {
  return frozen
    .replaceAll(UNSUBSCRIBE_TOKEN, links.unsubscribe)
    .replaceAll(PREFERENCES_TOKEN, links.preferences);
}

/** A zero-width space between two per cent signs: they look the same and start no token. */
export function withoutTokens(text: string): string {
  return text.replaceAll('%%', '%\u200b%');
}
