import { createHash } from 'node:crypto';
import type { Log } from '../log.ts';
import { type FrozenIssue, issueId, type Variant } from '../newsletter/issue.ts';
import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import { personalise } from '../newsletter/tokens.ts';
import type { Message, Queue } from '../queue.ts';
import { type Clock, isoTime } from '../services.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import { isPaused } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import {
  type Batch,
  type BatchOutcome,
  KEY_HOURS,
  LEASE_SECONDS,
  type Recipient,
  type Tally,
} from './batch.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { finishIssue } from './finish-issue.ts';
import type { Mail, Mailer, SendOutcome } from './mailer.ts';

export type SendServices = {
  issues: IssueStore;
  subscribers: SubscriberStore;
  delivery: DeliveryStore;
  mailer: Mailer;
  links: Links;
  queue: Queue;
  clock: Clock;
  log: Log;
};

/**
 * Claim, freeze, send, settle. Whatever dies in between, the batch is claimed again once its lease has run out, and the
 * same bytes go out under the same key: the provider takes them once.
 */
export async function sendBatch(services: SendServices, ref: IssueRef, batchId: string): Promise<void> {
  const { issues, delivery, clock } = services;
  const issue = await issues.get(ref);
  const frozen = await issues.frozen(ref);
  if (issue?.state !== 'sending' || !frozen) return;
  const claimed = await delivery.claim(ref, batchId, clock(), clock() + LEASE_SECONDS * 1000);
  if (!claimed) return;
  const variant = await issues.variant(ref, claimed.variant);
  if (!variant)
    throw new Error(
      `batch ${batchId} of ${issueId(ref)} wants the variant ${claimed.variant}, which is not stored`,
    );

  const batch = await withRecipients(services, ref, frozen, variant, claimed);
  if (!batch) return;
  if (batch.recipients.length === 0) {
    await settle(services, ref, batch, { kind: 'empty', at: isoTime(clock()) });
  } else if (clock() - batch.frozenAt > KEY_HOURS * 3600 * 1000) {
    await settle(services, ref, batch, {
      kind: 'uncertain',
      at: isoTime(clock()),
      reason: `no answer within ${KEY_HOURS} hours; the provider may have taken it`,
    });
  } else {
    const mails = mailsOf(services.links, ref, frozen, variant, batch);
    if (hashOf(mails) !== batch.payloadHash) {
      await settle(services, ref, batch, {
        kind: 'uncertain',
        at: isoTime(clock()),
        reason: 'its mails cannot be made again as they were: was the link secret changed?',
      });
    } else {
      await act(services, ref, batch, await services.mailer.send(mails, `issue/${issueId(ref)}/${batch.id}`));
    }
  }
  await finishIssue(services, ref);
}

type FrozenBatch = Batch & { recipients: Recipient[]; frozenAt: number };

/** On the first claim: who is still subscribed and not suppressed, frozen before anything is sent. */
async function withRecipients(
  { subscribers, delivery, links, clock }: SendServices,
  ref: IssueRef,
  frozen: FrozenIssue,
  variant: Variant,
  batch: Batch,
): Promise<FrozenBatch | undefined> {
  if (batch.recipients && batch.frozenAt !== undefined)
    return { ...batch, recipients: batch.recipients, frozenAt: batch.frozenAt };
  const found = new Map(
    (await subscribers.getMany(batch.subscriberIds)).map((subscriber) => [subscriber.id, subscriber]),
  );
  const present = batch.subscriberIds
    .flatMap((id) => found.get(id) ?? [])
    .filter((subscriber) => subscriber.editions.includes(ref.edition) && !isPaused(subscriber, clock()));
  const suppressed = await subscribers.suppressions(present.map(({ email }) => addressHash(email)));
  const recipients = present
    .filter(({ email }) => !suppressed.has(addressHash(email)))
    .map(({ id, email }): Recipient => ({ subscriberId: id, email }));
  const payloadHash = hashOf(mailsOf(links, ref, frozen, variant, { id: batch.id, recipients }));
  const frozenAt = clock();
  // False: our lease had run out, and another holder froze first. It goes on with what it froze.
  if (!(await delivery.freeze(ref, batch.id, { recipients, payloadHash, frozenAt }))) return undefined;
  return { ...batch, recipients, payloadHash, frozenAt };
}

/** A pure function of what is frozen: no clock, no chance, or a repetition would have other bytes. */
function mailsOf(
  links: Links,
  ref: IssueRef,
  frozen: FrozenIssue,
  variant: Variant,
  batch: Pick<FrozenBatch, 'id' | 'recipients'>,
): Mail[] {
  return batch.recipients.map(({ subscriberId, email }) => {
    const unsubscribe = links.unsubscribe(subscriberId, ref.edition, frozen.baseUrl);
    const personal = { unsubscribe, preferences: links.manage(subscriberId, frozen.baseUrl) };
    return {
      from: frozen.from,
      to: email,
      replyTo: frozen.replyTo,
      subject: variant.subject,
      html: personalise(variant.html, personal),
      text: personalise(variant.text, personal),
      headers: {
        // RFC 8058, section 3.1
        'List-Unsubscribe': `<${unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        'List-Id': frozen.listId,
      },
      tags: [
        { name: 'edition', value: ref.edition },
        { name: 'slot', value: ref.slot },
        { name: 'batch', value: batch.id },
        { name: 'subscriber', value: subscriberId },
      ],
    };
  });
}

function hashOf(mails: Mail[]): string {
  const hash = createHash('sha256');
  for (const mail of mails) hash.update(JSON.stringify(mail));
  return hash.digest('hex');
}

async function act(
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
        email: batch.recipients[index]?.email ?? '',
        reason,
      }));
      if (rejected.length > 0)
        log.warn('the provider refused addresses', {
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
      log.warn('a batch got no answer; the same request is repeated', {
        ...where,
        attempts: batch.attempts,
        reason: answer.reason,
      });
      await postpone(services, ref, batch, backoffSeconds(batch.attempts));
      return;
    case 'throttled':
      await postpone(services, ref, batch, answer.retryAfterSeconds);
      return;
    case 'account-refused':
      // The batch keeps its state: once somebody has acted and resumed the issue, it goes on where it stopped.
      if (await issues.end(ref, ['sending'], 'stopped', answer.reason)) {
        log.error('an issue was stopped: the mail provider takes nothing from this account', {
          ...where,
          reason: answer.reason,
        });
      }
      await services.delivery.postpone(ref, batch.id, clock());
      return;
    case 'request-refused':
      log.error('a batch was refused by the mail provider', {
        ...where,
        recipients: batch.recipients.length,
        reason: answer.reason,
      });
      await settle(services, ref, batch, { kind: 'failed', at: isoTime(clock()), reason: answer.reason });
      return;
  }
}

async function settle(
  { delivery, log }: SendServices,
  ref: IssueRef,
  batch: FrozenBatch,
  outcome: BatchOutcome,
): Promise<void> {
  const rejected = outcome.rejected?.length ?? 0;
  const tally: Tally = {
    sent: outcome.kind === 'sent' ? batch.recipients.length - rejected : 0,
    failed: outcome.kind === 'failed' || outcome.kind === 'uncertain' ? batch.recipients.length : rejected,
    left: batch.subscriberIds.length - batch.recipients.length,
  };
  const first = await delivery.settle(ref, batch.id, outcome, tally);
  if (first && outcome.kind === 'uncertain')
    log.error('a batch is uncertain and will not be repeated', {
      issue: issueId(ref),
      batch: batch.id,
      reason: outcome.reason,
    });
}

async function postpone(
  { delivery, queue, clock, log }: SendServices,
  ref: IssueRef,
  batch: Batch,
  seconds: number,
): Promise<void> {
  await delivery.postpone(ref, batch.id, clock() + seconds * 1000);
  const message: Message = { kind: 'send', ...ref, batch: batch.id };
  try {
    await queue.send([message], Math.min(Math.ceil(seconds), 900));
  } catch (error) {
    log.warn('the queue did not take a message; the sweep will', { ...message, error });
  }
}

/** 2, 4, 8 … seconds, at most a quarter of an hour. */
function backoffSeconds(attempts: number): number {
  return Math.min(2 ** attempts, 900);
}
