import type { Config } from '../config.ts';
import type { OutboxEntry } from '../shared/outbox.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import type { IssueStore } from './issue-store.ts';

/** How many of the last issues are searched for one that was sent. */
const LOOKED_AT = 20;

/**
 * Returns the events that mail a new reader the last issue of each edition with `welcome` in its settings. When the
 * issue is chosen, the reader is not yet on the edition's list, and all batches of the issue are planned already. So
 * the reader does not get the issue a second time.
 */
export async function welcomeEvents(
  { config, issues }: { config: Config; issues: IssueStore },
  { id, updatedAt }: Subscriber,
  editions: string[],
): Promise<OutboxEntry[]> {
  const events: OutboxEntry[] = [];
  for (const { id: edition, welcome } of config.publication.editions) {
    if (!welcome || !editions.includes(edition)) continue;
    const last = (await issues.list(edition, LOOKED_AT)).find(({ state }) => state === 'sent');
    if (!last) continue;
    const event = { kind: 'joined' as const, subscriberId: id, edition, slot: last.slot };
    events.push({ id: `${updatedAt}#joined#${id}#${edition}`, event });
  }
  return events;
}
