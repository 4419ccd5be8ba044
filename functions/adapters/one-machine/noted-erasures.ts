import type { SubscriberStore } from '../../subscribers/subscriber-store.ts';

/**
 * Calls `note` in the first and in the last step of each erasure: in the first, so that an erasure that breaks off is
 * noted, and in the last, in case the note was acted on in between.
 */
export function withNotedErasures(subscribers: SubscriberStore, note: () => void): SubscriberStore {
  return {
    ...subscribers,
    suppressErased(hash, at) {
      note();
      return subscribers.suppressErased(hash, at);
    },
    async remove(subscriber) {
      const isRemoved = await subscribers.remove(subscriber);
      note();
      return isRemoved;
    },
  };
}
