import type { ArticleStore } from '../articles/article-store.ts';
import type { DeliveryStore } from '../delivery/delivery-store.ts';
import { finishIssue } from '../delivery/finish-issue.ts';
import { batchesWithinReach, type Pace } from '../delivery/pace.ts';
import { type ComplaintStore, stopEditions } from '../newsletter/complaints.ts';
import { issueId } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { messageOf, type Outbox } from '../shared/outbox.ts';
import { handOver, type Message, type Queue } from '../shared/queue.ts';
import { type LeftOverStores, leftOver } from '../websub/left-over.ts';

export type SweepServices = LeftOverStores & {
  articles: ArticleStore;
  issues: IssueStore;
  delivery: DeliveryStore;
  complaints: ComplaintStore;
  pace: Pace;
  outbox: Outbox;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** An event so old has lost its message; a younger one is most likely still in the queue. */
const OUTBOX_SECONDS = 30;
/** Events and embargoes a sweep. The next sweep, a minute later, takes more. */
const MOST = 500;

/**
 * Every minute: finds what the queue lost, what a crash left, and the embargoes that have ended. It only enqueues; the
 * conditions in the table make a message too many harmless.
 */
export async function sweep(services: SweepServices): Promise<void> {
  const { articles, outbox, queue, clock, log } = services;
  const now = isoTime(clock());
  const messages: Message[] = [];
  for (const released of await articles.releasedBy(now, MOST)) {
    const id = await articles.announce(released, now);
    if (id) messages.push({ kind: 'outbox', id });
  }
  const left = await outbox.leftBefore(isoTime(clock() - OUTBOX_SECONDS * 1000), MOST);
  messages.push(...left.map(({ id, event }) => messageOf(id, event)));
  await stopEditions(services);
  // What the pace lets through until the next sweep and the one after it.
  const most = batchesWithinReach(services.pace);
  const due: Message[][] = [];
  for (const ref of await services.issues.open()) {
    try {
      const { first, batches } = await nextSteps(services, ref, most);
      messages.push(...first);
      due.push(batches);
    } catch (error) {
      log.error('the sweep could not look after an issue; the next one tries again', {
        issue: issueId(ref),
        error,
      });
    }
  }
  messages.push(...inTurn(due, most));
  if (messages.length > 0) await handOver(queue, log, messages);
  // Last, and for itself: what strangers have asked the hub for holds up nothing of the newsroom's.
  const ofHub = await leftOver(services, clock());
  if (ofHub.length > 0) await handOver(queue, log, ofHub);
}

/** One of each in turn: what an issue has no use for, such as one whose readers' hour has not come, is the others'. */
function inTurn(lists: Message[][], most: number): Message[] {
  const rounds = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => lists.flatMap((list) => list[round] ?? []))
    .flat()
    .slice(0, most);
}

type NextSteps = { first: Message[]; batches: Message[] };

async function nextSteps(services: SweepServices, ref: IssueRef, most: number): Promise<NextSteps> {
  const { issues, delivery, clock } = services;
  const issue = await issues.get(ref);
  if (issue?.state === 'new' || issue?.state === 'draft')
    return { first: [{ kind: 'compose', ...ref }], batches: [] };
  if (issue?.state !== 'sending') return { first: [], batches: [] };
  const first: Message[] = [];
  if (issue.partsPlanned < issue.parts) {
    for (let part = 0; part < issue.parts; part++) first.push({ kind: 'plan', ...ref, part });
  }
  const due = await delivery.due(ref, clock(), most);
  if (first.length === 0 && due.length === 0) await finishIssue(services, ref);
  return { first, batches: due.map((batch) => ({ kind: 'send', ...ref, batch })) };
}
