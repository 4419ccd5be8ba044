import type { Message } from '../shared/queue.ts';
import type { DistributionStore, VerificationStore, WebSubStore } from './websub-store.ts';

export type LeftOverStores = {
  verifications: Pick<VerificationStore, 'due'>;
  websub: Pick<WebSubStore, 'retryIsDue'>;
  distributions: Pick<DistributionStore, 'left'>;
};

/** What is due for longer has lost its message; the message of what is younger is most likely still in the queue. */
const GRACE_SECONDS = 30;
/** Requests a sweep. The next one takes more. */
const MOST = 500;

/** Messages for what the queue lost or a crash left of the hub's work, and for the retries that have come. */
export async function leftOver(
  { verifications, websub, distributions }: LeftOverStores,
  now: number,
): Promise<Message[]> {
  const before = now - GRACE_SECONDS * 1000;
  const requests = await verifications.due(before, MOST, now);
  const feeds = await distributions.left(before, now);
  return [
    ...requests.map((id) => ({ kind: 'verify' as const, id })),
    ...feeds.map((feed) => ({ kind: 'distribute' as const, feed })),
    ...((await websub.retryIsDue(now)) ? [{ kind: 'redeliver' as const }] : []),
  ];
}
