import type { FeedFormat } from '../feeds/feed-key.ts';
import { DAY_SECONDS } from '../shared/clock.ts';

/**
 * A subscription to a topic, which is a feed document (W3C WebSub). The callback is an address of the subscriber. It
 * gets the document after each change until the lease ends, which is the agreed time of the subscription.
 */
export type Subscription = {
  /** The key of the feed. */
  feed: string;
  /** The sort key of the subscription among those of its feed: `<format>#<hash of the callback>`. */
  place: string;
  /** The URL of the subscription document, as the document itself states it. */
  topic: string;
  callback: string;
  secret?: string;
  /** When the lease ends, in milliseconds since 1970. */
  until: number;
  /**
   * The request that was verified last. Ids sort by time, so that a late verification does not undo a later request.
   */
  requestId: string;
  /**
   * How many deliveries to this callback have failed in a row. It is absent after a delivery has succeeded, or after the
   * subscriber has renewed the subscription.
   */
  failures?: number;
  /**
   * When a failed delivery is tried again, even if the topic has not changed meanwhile, in milliseconds since 1970. It is
   * absent if no delivery has to be repeated.
   */
  retryAt?: number;
};

/** A request to begin or to end a subscription. */
export type SubscriptionRequest = {
  id: string;
  mode: 'subscribe' | 'unsubscribe';
  topic: string;
  feed: string;
  format: FeedFormat;
  callback: string;
  secret?: string;
  leaseSeconds: number;
  /** How many attempts to ask the callback were begun. */
  attempts: number;
};

/** The lease of a subscriber that asks for none. A lease is the agreed time of a subscription. */
export const DEFAULT_LEASE_SECONDS = 10 * DAY_SECONDS;
/** The longest lease. A lease without an end is forbidden (section 5.3.1). */
export const MAX_LEASE_SECONDS = 30 * DAY_SECONDS;

/** The secret "MUST be less than 200 bytes in length" (section 5.1). */
export const MAX_SECRET_BYTES = 199;
/** The most bytes of the URL of a callback. Many servers refuse longer URLs. */
export const MAX_CALLBACK_BYTES = 2048;
