import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Templates } from '../locale.ts';
import type { Log } from '../log.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import type { TestStore } from '../newsletter/test-store.ts';
import type { Outbox } from '../outbox.ts';
import type { Clock } from '../services.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { Mail, Mailer } from './mailer.ts';
import type { Pace } from './pace.ts';

/**
 * What an event of the outbox has mailed to somebody, in one request. Made again it has the same bytes, so that under its
 * key it arrives once.
 */
export type Letter = {
  /** For the log: `a confirmation`. */
  what: string;
  /** 1 to 100. */
  mails: Mail[];
  /** Within this installation. */
  key: string;
};

export type LetterServices = {
  config: Config;
  subscribers: SubscriberStore;
  articles: ArticleStore;
  issues: IssueStore;
  tests: TestStore;
  outbox: Outbox;
  mailer: Mailer;
  pace: Pace;
  links: Links;
  templates: Templates;
  clock: Clock;
  log: Log;
};

/** Whether the address is to get no mail, whatever its reader chose. */
export async function isSuppressed(subscribers: SubscriberStore, email: string): Promise<boolean> {
  return (await subscribers.suppressions([addressHash(email)])).size > 0;
}
