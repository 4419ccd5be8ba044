import type { ArticleStore } from '../articles/article-store.ts';
import type { DeliveryStore } from '../delivery/delivery-store.ts';
import { finishIssue, noteProgress } from '../delivery/finish-issue.ts';
import { batchesWithinReach, type Pace } from '../delivery/pace.ts';
import { batchesToGiveUp } from '../delivery/stopped-issue.ts';
import { type ComplaintStore, stopEditions } from '../newsletter/complaints.ts';
import { issueId } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore, OpenIssue } from '../newsletter/issue-store.ts';
import { inKnownState } from '../newsletter/known-state.ts';
import { type ScheduleServices, startAllDue } from '../newsletter/start-issue.ts';
import { type EditionState, type WatchServices, watchEditions } from '../newsletter/watch.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { messagesOf, type Outbox } from '../shared/outbox.ts';
import { handOver, type Message, type Queue } from '../shared/queue.ts';
import type { DistributionStore, VerificationStore, WebSubStore } from '../websub/websub-store.ts';
import { type OutboxState, watchOutbox } from './watch-outbox.ts';

export type MinuteServices = ScheduleServices &
  SweepServices &
  WatchServices & {
    /** Gets the states of the editions and of the outbox in every tick. On AWS the alarms are made from them. */
    report?: (state: EditionState | OutboxState) => void;
  };

/**
 * What is done every minute, on AWS and on one machine: start what is due, sweep up what was left, and tell what was due
 * and did not happen. `alsoHere` is what only one machine has to do. Each step is done even if another fails, because a
 * story under embargo must not wait for an edition that cannot be started. If one fails, the tick fails in the end, so
 * that the operator is alarmed. Repeated, late and simultaneous ticks do no harm: the conditions in the table let each
 * step happen once.
 */
export async function runTick(
  services: MinuteServices,
  alsoHere: (() => Promise<unknown>)[] = [],
): Promise<void> {
  const failures: unknown[] = [];
  const report = services.report ?? (() => {});
  const steps = [
    () => startAllDue(services),
    () => sweep(services),
    () => watchEditions(services, report),
    () => watchOutbox(services, report),
    ...alsoHere,
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 1)
    throw new AggregateError(failures, failures.map((error) => (error as Error).message).join('; '));
  if (failures.length === 1) throw failures[0];
}

export type SweepServices = HubStores & {
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

/**
 * Work that has waited longer than this has lost its message. The message of younger work is most likely still in the
 * queue.
 */
const GRACE_MILLISECONDS = 30_000;
/** A sweep takes at most this many pieces of work of each kind. The next sweep, a minute later, takes more. */
const MOST = 500;

/**
 * Finds the work whose message the queue lost, the work that a crash left, and the embargoes that have ended, and sends
 * messages for it. A message that was not lost may then exist twice. The conditions in the table make that harmless.
 */
export async function sweep(services: SweepServices): Promise<void> {
  const { articles, outbox, queue, clock, log } = services;
  const now = isoTime(clock());
  const messages: Message[] = [];
  for (const released of await articles.releasedBy(now, MOST)) {
    const id = await articles.announce(released, now);
    if (id) messages.push({ kind: 'outbox', id });
  }
  const left = await outbox.leftBefore(isoTime(clock() - GRACE_MILLISECONDS), MOST);
  messages.push(...messagesOf(left, log));
  await stopEditions(services);
  // The number of batches that the pace allows until the sweep after the next one.
  const most = batchesWithinReach(services.pace);
  const due: Message[][] = [];
  for (const ref of await services.issues.open()) {
    try {
      const { first, batches } = await nextSteps(services, ref, most);
      messages.push(...first);
      due.push(batches);
    } catch (error) {
      log.error('the sweep could not look after an issue; the next sweep tries again', {
        issue: issueId(ref),
        error,
      });
    }
  }
  messages.push(...inTurn(due, most));
  if (messages.length > 0) await handOver(queue, log, messages);
  // The hub comes last and is sent separately, because requests of strangers must not hold up the newsroom's work.
  const ofHub = await leftByTheHub(services, clock());
  if (ofHub.length > 0) await handOver(queue, log, ofHub);
}

/**
 * Takes one message of each list in turn, and at most `most` messages together. An issue that needs few, for example
 * because the hour of its readers has not come, leaves the rest to the other issues.
 */
function inTurn(lists: Message[][], most: number): Message[] {
  const rounds = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => lists.flatMap((list) => list[round] ?? []))
    .flat()
    .slice(0, most);
}

/** The messages that take an issue further. `first` is sent in any case, and `batches` as far as the pace allows. */
type NextSteps = { first: Message[]; batches: Message[] };

async function nextSteps(
  services: SweepServices,
  { lookAt, ...ref }: OpenIssue,
  most: number,
): Promise<NextSteps> {
  const { issues, delivery, clock } = services;
  const issue = inKnownState(await issues.get(ref));
  if (issue?.state === 'new' || issue?.state === 'draft')
    return { first: [{ kind: 'compose', ...ref }], batches: [] };
  if (issue?.state === 'stopped') {
    const forgotten = await batchesToGiveUp(services, ref, lookAt);
    return { first: [], batches: forgotten.map((batch) => sendMessage(ref, batch)) };
  }
  if (issue?.state !== 'sending') return { first: [], batches: [] };
  const first: Message[] = [];
  if (issue.partsPlanned < issue.parts) {
    for (let part = 0; part < issue.parts; part++) first.push({ kind: 'plan', ...ref, part });
  }
  // The watch sees by the notes when a batch was last accepted.
  await noteProgress(services, issue);
  const due = await delivery.due(ref, clock(), most);
  if (first.length === 0 && due.length === 0) await finishIssue(services, ref);
  return { first, batches: due.map((batch) => sendMessage(ref, batch)) };
}

function sendMessage(ref: IssueRef, batch: string): Message {
  return { kind: 'send', ...ref, batch };
}

type HubStores = {
  verifications: Pick<VerificationStore, 'due'>;
  websub: Pick<WebSubStore, 'retryIsDue'>;
  distributions: Pick<DistributionStore, 'left'>;
};

/** Returns messages for the hub's work that the queue lost or a crash left, and for the retries that are due. */
async function leftByTheHub(
  { verifications, websub, distributions }: HubStores,
  now: number,
): Promise<Message[]> {
  const before = now - GRACE_MILLISECONDS;
  const requests = await verifications.due(before, MOST, now);
  const feeds = await distributions.left(before, now);
  return [
    ...requests.map((id) => ({ kind: 'verify' as const, id })),
    ...feeds.map((feed) => ({ kind: 'distribute' as const, feed })),
    ...((await websub.retryIsDue(now)) ? [{ kind: 'redeliver' as const }] : []),
  ];
}
