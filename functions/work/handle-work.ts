import { linkTranslations, type TranslationServices } from '../articles/link-translations.ts';
import { type PlanServices, planPart } from '../delivery/plan-part.ts';
import { type SendServices, sendBatch } from '../delivery/send-batch.ts';
import { type ComplaintStore, stopEditions } from '../newsletter/complaints.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import type { Cdn, Outbox } from '../shared/outbox.ts';
import type { Message } from '../shared/queue.ts';
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

/** Messages of the work queue. */
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
      throw new Error(`a ${message.kind} message came to the work queue; it belongs to the tick function's`);
  }
}

function issueOf({ edition, slot }: IssueRef): IssueRef {
  return { edition, slot };
}

/** What a change of an article asks for beyond the table. Done twice, it does no harm. */
async function carryOut(services: WorkServices, id: string): Promise<void> {
  const { outbox, cdn } = services;
  const event = await outbox.get(id);
  if (event?.kind !== 'article-changed') return;
  // The edge looks again every minute by itself; what was taken back is not to stand there that long, whatever else fails.
  if (event.retracted) await cdn.invalidate(id);
  await linkTranslations(services, event.articleId);
  await announce(services, event.feeds ?? []);
  await outbox.remove(id);
}
