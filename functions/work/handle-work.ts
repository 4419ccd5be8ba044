import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { linkTranslations, type TranslationServices } from '../articles/link-translations.ts';
import { type PlanServices, planPart } from '../delivery/plan-part.ts';
import { type SendServices, sendBatch } from '../delivery/send-batch.ts';
import { type ComplaintStore, stopEditions } from '../newsletter/complaints.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Log } from '../shared/log.ts';
import { articleEvent, type Cdn, type Outbox } from '../shared/outbox.ts';
import { type Message, readMessage } from '../shared/queue.ts';
import { unknownKind } from '../shared/unknown-kind.ts';
import { type AnnounceServices, announce } from '../websub/announce.ts';
import { type DistributeServices, distribute } from '../websub/distribute.ts';
import { redeliver } from '../websub/redeliver.ts';
import { type VerifyServices, verifyDue } from '../websub/verify-intent.ts';

export type WorkServices = PlanServices &
  SendServices &
  TranslationServices &
  AnnounceServices &
  VerifyServices &
  DistributeServices & { outbox: Outbox; cdn: Cdn; complaints: ComplaintStore };

/**
 * Carries out a message of the work queue, or of the hub's queue. No such message renders a mail, so this file must not import
 * what renders: MJML alone takes 50 MB of the memory in which batches are sent.
 */
export async function handleWork(services: WorkServices, message: Message): Promise<void> {
  switch (message.kind) {
    case 'plan':
      return planPart(services, issueOf(message), message.part);
    case 'send':
      return sendBatch(services, issueOf(message), message.batch);
    case 'stop':
      return stopEditions(services);
    case 'outbox':
      return carryOut(services, message.id);
    case 'verify':
      return verifyDue(services, message.id);
    case 'distribute':
      return distribute(services, message.feed);
    case 'redeliver':
      return redeliver(services);
    case 'compose':
    case 'letter':
      throw new Error(`a ${message.kind} message came to the work queue; it belongs to the compose queue`);
    default:
      throw unknownKind('message', message);
  }
}

function issueOf({ edition, slot }: IssueRef): IssueRef {
  return { edition, slot };
}

/** Does everything that a change of an article causes outside its own transaction. A second run does no harm. */
async function carryOut(services: WorkServices, id: string): Promise<void> {
  const { outbox, cdn } = services;
  const found = await outbox.get(id);
  if (!found) return;
  const event = articleEvent(found);
  // The caches in front of us ask for changes every minute anyway, but a retracted story must leave them at once. This
  // step comes first, so that it is done even if another step fails.
  if (event.retracted) await cdn.invalidate(id);
  await linkTranslations(services, event.articleId);
  await announce(services, event.feeds ?? []);
  await outbox.remove(id);
}

/** Handles each message of an SQS event. Messages that fail are reported to SQS, and only these messages come again. */
export async function handleRecords(
  event: SQSEvent,
  handle: (message: Message) => Promise<void>,
  log: Log,
): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body } of event.Records) {
    try {
      await handle(readMessage(body));
    } catch (error) {
      log.warn('a message failed; the queue will deliver it again', { body, error });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}
