import type { FeedFormat } from '../feeds/feed-key.ts';
import { DAY_SECONDS } from '../shared/clock.ts';

/** A callback that is sent a topic's content whenever it changes, until its lease ends (W3C WebSub). */
export type Subscription = {
  /** Key of the feed, and the place of the subscription among the feed's: sorts as pages of them do. */
  feed: string;
  place: string;
  /** URL of the subscription document, as the subscriber found it there. */
  topic: string;
  callback: string;
  secret?: string;
  /** Milliseconds: the lease ends. */
  until: number;
  /** The request that was verified last. Ids sort by time: a verification that comes late does not undo a later one. */
  requestId: string;
  /** Deliveries that failed in a row, and when (milliseconds) the next is tried without waiting for a change. */
  failures?: number;
  retryAt?: number;
};

/** Which subscription a request is about, and what it asks for. */
export type SubscriptionRequest = {
  id: string;
  mode: 'subscribe' | 'unsubscribe';
  topic: string;
  feed: string;
  format: FeedFormat;
  callback: string;
  secret?: string;
  leaseSeconds: number;
  /** How often the callback was asked for its consent. */
  attempts: number;
};

/** Where none is asked for, and the longest that is granted: section 5.3.1 forbids one without end. */
export const DEFAULT_LEASE_SECONDS = 10 * DAY_SECONDS;
export const MAX_LEASE_SECONDS = 30 * DAY_SECONDS;

/** Section 5.1: "MUST be less than 200 bytes in length". */
export const MAX_SECRET_BYTES = 199;
/** Longer URLs are refused by many servers on the way. */
export const MAX_CALLBACK_BYTES = 2048;
