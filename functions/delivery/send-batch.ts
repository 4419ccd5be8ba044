import { type ComplaintStore, reasonToStop, stopEditions } from '../newsletter/complaints.ts';
import { issueId } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import { inKnownState } from '../newsletter/known-state.ts';
import { isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { Queue } from '../shared/queue.ts';
import { type BatchOutcome, type ClaimedBatch, isKeyForgotten, KEY_HOURS, LEASE_SECONDS } from './batch.ts';
import {
  addressed,
  type BatchParts,
  type FreezeServices,
  type FrozenBatch,
  freezeRecipients,
  mailTo,
  payloadHash,
  requestKey,
} from './batch-mails.ts';
import { finishIssue } from './finish-issue.ts';
import type { FrozenIssues } from './frozen-issues.ts';
import type { MailEventStore } from './mail-event-store.ts';
import type { Mailer, SendOutcome } from './mailer.ts';
import { type Pace, sendInTurn } from './pace.ts';
import { backoffSeconds, enqueue, giveBack, postpone, settle } from './settle-batch.ts';

export type SendServices = FreezeServices & {
  issues: IssueStore;
  frozenIssues: FrozenIssues;
  complaints: ComplaintStore;
  mailEvents: MailEventStore;
  mailer: Mailer;
  pace: Pace;
  queue: Queue;
  log: Log;
};

/**
 * Sends a batch: it claims the batch, waits for a turn, freezes the recipients, sends the request and stores the
 * outcome. If the process dies in between, the batch is claimed again when the claim of that process has run out. The
 * same bytes then go out with the same key, so the provider takes them once.
 */
export async function sendBatch(services: SendServices, ref: IssueRef, batchId: string): Promise<void> {
  const { issues, frozenIssues, complaints, delivery, pace, clock } = services;
  const issue = inKnownState(await issues.get(ref));
  const frozen = issue && (await frozenIssues.frozen(issue));
  if (issue?.state === 'stopped') return giveUpForgotten(services, ref, batchId);
  if (issue?.state !== 'sending' || !frozen) return;
  // Complaints may have stopped the edition a moment ago. The message that stops its issues may still wait in the queue
  // behind this batch, so the edition is checked here too.
  if (await reasonToStop(complaints, ref.edition)) return stopEditions(services);
  const batch = await delivery.claim(ref, batchId, clock(), clock() + LEASE_SECONDS * 1000);
  if (!batch) return;
  const variant = await frozenIssues.variant(issue, batch.variant);
  if (!variant)
    throw new Error(
      `batch ${batchId} of ${issueId(ref)} needs the variant ${batch.variant}, which is not stored`,
    );
  const seconds = await pace.turn();
  // The recipients are not frozen yet, so a reader who leaves while the batch waits gets nothing.
  if (seconds > 0) return postpone(services, ref, batch, seconds, batch.attempts - 1);
  await sendClaimed(services, batch, { ref, frozen, variant, batch: batchId, startedAt: issue.startedAt });
  await finishIssue(services, ref);
}

async function sendClaimed(services: SendServices, claimed: ClaimedBatch, parts: BatchParts): Promise<void> {
  const { links, clock } = services;
  const { ref } = parts;
  const batch = await freezeRecipients(services, claimed, parts);
  if (!batch) return;
  const readers = addressed(links, parts, batch.recipients);
  if (readers.length === 0) {
    await settle(services, ref, batch, { kind: 'empty', at: isoTime(clock()) });
  } else if (payloadHash(parts, readers) !== batch.payloadHash) {
    const reason =
      'its mails cannot be made again as they were: another version of this program froze them, or another link secret was in use';
    await settle(services, ref, batch, { kind: 'uncertain', at: isoTime(clock()), reason });
  } else if (isKeyForgotten(batch.frozenAt, clock())) {
    // This is checked as late as possible, because a process may sleep for a day at any point, as on a laptop.
    await settle(services, ref, batch, forgotten(clock()));
  } else {
    const mails = readers.map((reader) => mailTo(parts, reader));
    await handleAnswer(services, ref, batch, await sendInTurn(services, mails, requestKey(parts)));
  }
}

function forgotten(now: number): BatchOutcome {
  const reason = `there was no answer within ${KEY_HOURS} hours; the provider may have taken it`;
  return { kind: 'uncertain', at: isoTime(now), reason };
}

/**
 * Gives up a batch of a stopped issue if its request could not be repeated any more even if the issue were resumed. The
 * addresses in the batch are then removed, so that a stopped issue does not keep them for ever.
 */
async function giveUpForgotten(services: SendServices, ref: IssueRef, batchId: string): Promise<void> {
  const { delivery, clock } = services;
  const now = clock();
  const { frozenAt } = (await delivery.get(ref, batchId)) ?? {};
  if (frozenAt === undefined || !isKeyForgotten(frozenAt, now)) return;
  const batch = await delivery.claim(ref, batchId, now, now + LEASE_SECONDS * 1000);
  if (batch) await settle(services, ref, batch, forgotten(now));
}

async function handleAnswer(
  services: SendServices,
  ref: IssueRef,
  batch: FrozenBatch,
  answer: SendOutcome,
): Promise<void> {
  const { clock, log, issues } = services;
  const where = { issue: issueId(ref), batch: batch.id };
  switch (answer.kind) {
    case 'accepted': {
      const rejected = answer.rejected.map(({ index, reason }) => ({
        subscriberId: batch.recipients[index]?.subscriberId ?? '',
        reason,
      }));
      if (rejected.length > 0)
        log.warn('the mail provider refused some addresses of a batch', {
          ...where,
          rejected: rejected.length,
          first: rejected[0]?.reason,
        });
      await settle(services, ref, batch, {
        kind: 'sent',
        at: isoTime(clock()),
        providerIds: answer.ids.map((id) => id ?? null),
        ...(rejected.length > 0 && { rejected }),
      });
      return;
    }
    case 'unknown':
      await noteAnswer(services, ref, answer.reason);
      log.warn('the mail provider did not answer for a batch; the same request will be repeated', {
        ...where,
        attempts: batch.attempts,
        reason: answer.reason,
      });
      await postpone(services, ref, batch, backoffSeconds(batch.attempts), batch.attempts);
      return;
    case 'throttled':
      if (await noteAnswer(services, ref, answer.reason))
        log.warn('the mail provider slows the account down; all processes send at half the rate', {
          ...where,
          retryAfterSeconds: answer.retryAfterSeconds,
          reason: answer.reason,
        });
      await giveBack(services, ref, batch, clock() + answer.retryAfterSeconds * 1000, batch.attempts - 1);
      await enqueue(services, ref, batch, answer.retryAfterSeconds);
      return;
    case 'account-refused':
      // The batch is kept, so that the issue goes on with it when somebody has acted and resumed the issue.
      await giveBack(services, ref, batch, clock(), batch.attempts);
      if (await issues.end(ref, ['sending'], 'stopped', answer.reason)) {
        log.error('an issue was stopped: the mail provider takes nothing from this account', {
          ...where,
          reason: answer.reason,
        });
      }
      return;
    case 'request-refused':
      // If all batches of an issue are refused, the log has a line each minute, and the watch tells the whole.
      log[(await noteAnswer(services, ref, answer.reason)) ? 'error' : 'warn'](
        'a batch was refused by the mail provider',
        {
          ...where,
          recipients: batch.recipients.length,
          reason: answer.reason,
        },
      );
      await settle(services, ref, batch, { kind: 'failed', at: isoTime(clock()), reason: answer.reason });
      return;
    case 'key-taken':
      await settle(services, ref, batch, { kind: 'uncertain', at: isoTime(clock()), reason: answer.reason });
      return;
  }
}

/**
 * Stores what the provider answered, at most once a minute. If no batch is accepted for some time, the watch tells the
 * operator this answer. Returns whether it was stored.
 */
function noteAnswer({ issues, clock }: SendServices, ref: IssueRef, reason: string): Promise<boolean> {
  const now = clock();
  return issues.noteAnswer(ref, { at: isoTime(now), reason }, isoTime(now - MINUTE_MILLISECONDS));
}
