import type { IssueRef, IssueStore } from '../newsletter/issue-store.ts';
import type { Clock } from '../shared/clock.ts';
import { isKeyForgotten, keyForgottenAt, LEASE_SECONDS } from './batch.ts';
import type { DeliveryStore } from './delivery-store.ts';

type Services = { issues: IssueStore; delivery: DeliveryStore; clock: Clock };

/**
 * Returns the batches of a stopped issue that have to be given up, because they have frozen addresses and their requests
 * cannot be repeated any more. Until then, resuming the issue goes on with them. If no batch has addresses, nothing has
 * to be done about the issue before somebody resumes it. The sweep has to look at the issue again at `lookAt`
 * (milliseconds).
 */
export async function batchesToGiveUp(
  { issues, delivery, clock }: Services,
  ref: IssueRef,
  lookAt = 0,
): Promise<string[]> {
  const now = clock();
  if (lookAt > now) return [];
  const tried = await delivery.tried(ref);
  const forgotten = tried.filter(({ frozenAt }) => frozenAt !== undefined && isKeyForgotten(frozenAt, now));
  if (forgotten.length > 0) return forgotten.map(({ id }) => id);
  // A process that has claimed a batch may still freeze it.
  const later = tried
    .map(({ frozenAt, nextAt }) => (frozenAt === undefined ? nextAt : keyForgottenAt(frozenAt)))
    .filter((at) => at > now);
  if (later.length > 0) await issues.lookAgain(ref, Math.min(...later));
  // A worker that read the issue before it stopped may still claim a batch and freeze its addresses.
  else if (lookAt === 0) await issues.lookAgain(ref, now + 2 * LEASE_SECONDS * 1000);
  else await issues.close(ref);
  return [];
}
