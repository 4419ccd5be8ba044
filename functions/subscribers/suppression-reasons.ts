import { shorten } from '../shared/text.ts';
import type { Read } from './import-options.ts';
import type { Suppression } from './subscriber.ts';

/**
 * The reasons that a list can give. An erasure is not among them, because it is something that a reader does here. A
 * reader who had everything erased elsewhere has left.
 */
export const LISTED_REASONS = ['left', 'bounced', 'complained', 'refused'] as const;
export type ListedReason = (typeof LISTED_REASONS)[number] & Suppression['reason'];

/**
 * The words of other services for each reason, in small letters and without anything else. Words that only say that
 * an address must not be mailed count as `left`, because then no editor but only the reader can undo it. A soft bounce is no
 * reason, because the next mail may arrive.
 */
const WORDS: Record<ListedReason, string[]> = {
  left: [
    ...['left', 'unsubscribed', 'unsubscribe', 'unsub', 'globalunsubscribe', 'optedout', 'optout', 'removed'],
    ...['cancelled', 'canceled', 'inactive', 'disabled', 'deleted', 'archived', 'erased'],
    ...['manualsuppression', 'suppressed', 'blocked', 'blocklisted', 'blacklisted', 'denylisted'],
  ],
  bounced: [
    ...['bounced', 'bounce', 'hard', 'hardbounce', 'hardbounced', 'permanentbounce', 'cleaned'],
    ...['undeliverable', 'undelivered', 'invalid', 'invalidemail', 'nonexistent'],
  ],
  complained: [
    ...['complained', 'complaint', 'complainer', 'spam', 'spamcomplaint', 'spamreport', 'reportedspam'],
    ...['markedasspam', 'abuse', 'abusecomplaint', 'abusereport', 'junk', 'feedbackloop'],
  ],
  refused: ['refused', 'rejected', 'reject'],
};

/** How many characters of a word that is not known are repeated. */
const MOST_SHOWN = 60;

/** Reads why an address must not be mailed, in our words or in those of another service. */
export function readReason(text: string): Read<ListedReason> {
  const word = text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const value = LISTED_REASONS.find((reason) => WORDS[reason].includes(word));
  if (value) return { ok: true, value };
  const fault = `"${shorten(text, MOST_SHOWN)}" is not one of ${LISTED_REASONS.join(', ')}, or a word of another service for one of them, such as unsubscribed, cleaned or spam`;
  return { ok: false, fault };
}
