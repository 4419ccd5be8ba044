import type { OutboxEntry } from '../shared/outbox.ts';
import type { Subscriber } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

/**
 * Returns events for the outbox that mail a reader the last issue of `editions`. They are written in the same
 * transaction as the reader.
 */
export type Welcome = (reader: Subscriber, editions: string[]) => Promise<OutboxEntry[]>;

/** Returns those of the editions to which the reader was never subscribed before, as the consent log shows. */
export async function editionsNeverHad(
  { consentLog }: Pick<SubscriberStore, 'consentLog'>,
  previous: Subscriber | undefined,
  editions: string[],
): Promise<string[]> {
  const fresh = editions.filter((edition) => !previous?.editions.includes(edition));
  if (!previous || fresh.length === 0) return fresh;
  const had = new Set((await consentLog(previous)).flatMap((event) => event.editions));
  return fresh.filter((edition) => !had.has(edition));
}
