import type { Config } from '../config.ts';
import type { OutboxEntry } from '../shared/outbox.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import type { IssueStore } from './issue-store.ts';

/** Issues looked at for one that was sent. */
const LOOKED_AT = 20;

/**
 * The last issue of each of the editions that says so, for a reader who is new to them. It is chosen before they are
 * members: one that has been sent to all its readers is not planned any more, so that they get it from nowhere else.
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
