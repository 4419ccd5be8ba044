import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Mail, Mailer } from '../delivery/mailer.ts';
import type { Pace } from '../delivery/pace.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import type { ProofStore } from '../newsletter/proof-store.ts';
import type { Clock } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import type { Log } from '../shared/log.ts';
import type { Outbox } from '../shared/outbox.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { suppressionOf } from '../subscribers/suppression.ts';

/**
 * The mails that an event of the outbox asks for, in one request to the provider. If the letter is made again, it has
 * the same bytes and the same key. The provider then sends it only once.
 */
export type Letter = {
  /** Names the letter in the log, such as `a confirmation`. */
  what: string;
  /**
   * At most 100 mails. The list is empty if somebody asked for a letter to an address that is not known or must not be
   * mailed. The letter is made all the same, so that the work after a request does not tell who is subscribed.
   */
  mails: Mail[];
  /** The idempotency key, without the installation. */
  key: string;
};

export type LetterServices = {
  config: Config;
  subscribers: SubscriberStore;
  articles: ArticleStore;
  issues: IssueStore;
  proofs: ProofStore;
  outbox: Outbox;
  mailer: Mailer;
  pace: Pace;
  links: Links;
  templates: Templates;
  clock: Clock;
  log: Log;
};

/** Checks whether the address must get no mail, whatever its reader chose. */
export async function isSuppressed(subscribers: SubscriberStore, email: string): Promise<boolean> {
  return (await suppressionOf(subscribers, addressHash(email))) !== undefined;
}
