import type { WebSubStore } from '../functions/websub/websub-store.ts';

/** The subscribers of the benchmark. All have the same topic, and each has its own callback and secret. */
export const SUBSCRIBERS = 10_000;
export const FEED = '*';
export const TOPIC = 'http://localhost:8787/atom.xml';
const LEASE_SECONDS = 3600;
/** This many subscriptions are written at the same time. */
const AT_ONCE = 32;

export const callbackOf = (receiver: string, index: number) => `${receiver}/callback/${index}`;
export const secretOf = (index: number) => `secret-of-${index}`;

export async function subscribeAll(websub: WebSubStore, receiver: string): Promise<void> {
  let next = 0;
  const subscribe = async () => {
    for (let index = next++; index < SUBSCRIBERS; index = next++) {
      const request = {
        id: `2026-11-22T12:00:00.000Z#${index}`,
        mode: 'subscribe' as const,
        topic: TOPIC,
        feed: FEED,
        format: 'atom' as const,
        callback: callbackOf(receiver, index),
        secret: secretOf(index),
        leaseSeconds: LEASE_SECONDS,
        attempts: 1,
      };
      await websub.subscribe(request, Date.now());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, subscribe));
}
