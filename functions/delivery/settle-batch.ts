import { issueId } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import type { BatchOutcome, ClaimedBatch, Tally } from './batch.ts';
import type { FrozenBatch } from './batch-mails.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { MailEventStore } from './mail-event-store.ts';
import { proveBatch } from './prove-batch.ts';

/** What becomes of a batch after an attempt: it has its outcome, or it is put off. */

export type SettleServices = {
  delivery: DeliveryStore;
  mailEvents: MailEventStore;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/** Stores the outcome of a batch, and counts it in its issue. */
export async function settle(
  services: SettleServices,
  ref: IssueRef,
  { id, subscriberIds, recipients = [] }: ClaimedBatch,
  outcome: BatchOutcome,
): Promise<void> {
  const { delivery, log } = services;
  const mailed = new Set(recipients.map(({ subscriberId }) => subscriberId));
  const left = subscriberIds.filter((each) => !mailed.has(each));
  const rejected = outcome.rejected?.length ?? 0;
  const tally: Tally = {
    sent: outcome.kind === 'sent' ? mailed.size - rejected : 0,
    failed: outcome.kind === 'failed' || outcome.kind === 'uncertain' ? mailed.size : rejected,
    left: left.length,
  };
  const first = await delivery.settle(ref, id, { ...outcome, ...(left.length > 0 && { left }) }, tally);
  if (!first || outcome.kind !== 'uncertain') return;
  log.error('a batch is uncertain and will not be repeated', {
    issue: issueId(ref),
    batch: id,
    reason: outcome.reason,
  });
  await proveBatch(services, ref, id);
}

/**
 * Ends the claim after the provider said that it took nothing. If this was the first request of the batch, the next
 * process that claims the batch freezes the recipients again. So a reader who leaves until then gets nothing, and the
 * hours for which the provider remembers the key begin later.
 */
export async function giveBack(
  { delivery }: SettleServices,
  ref: IssueRef,
  batch: FrozenBatch,
  until: number,
  attempts: number,
): Promise<void> {
  if (batch.mayBeTaken) await delivery.postpone(ref, batch.id, until, attempts);
  else await delivery.thaw(ref, batch, until, attempts);
}

export async function postpone(
  services: SettleServices,
  ref: IssueRef,
  batch: ClaimedBatch,
  seconds: number,
  attempts: number,
): Promise<void> {
  await services.delivery.postpone(ref, batch.id, services.clock() + seconds * 1000, attempts);
  await enqueue(services, ref, batch, seconds);
}

export async function enqueue(
  { queue, log }: SettleServices,
  ref: IssueRef,
  { id }: ClaimedBatch,
  seconds: number,
): Promise<void> {
  // A message of SQS can wait for 15 minutes at most. If the batch must wait longer, the sweep sends another message
  // for it.
  await handOver(queue, log, [{ kind: 'send', ...ref, batch: id }], Math.min(Math.ceil(seconds), 900));
}

/**
 * Returns 2, 4, 8 … seconds, and at most two minutes. So an issue goes on soon after the provider is well again. The pace
 * limits how many requests are made meanwhile.
 */
export function backoffSeconds(attempts: number): number {
  return Math.min(2 ** attempts, 120);
}
