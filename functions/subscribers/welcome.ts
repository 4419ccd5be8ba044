import type { OutboxEntry } from '../shared/outbox.ts';
import type { Subscriber } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

/** What a reader who is new to `editions` is mailed: events for the outbox, written with the reader. */
export type Welcome = (reader: Subscriber, editions: string[]) => Promise<OutboxEntry[]>;

/** Those of the editions that the reader was never subscribed to before, as their consent log has it. */
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
