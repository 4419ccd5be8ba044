import type { Subscription, SubscriptionRequest } from './subscription.ts';

/** Times are milliseconds; an item past its time is read as gone. */

/** Requests that their callback has not answered yet. */
export type VerificationStore = {
  /** Due at once. */
  put(request: SubscriptionRequest, now: number): Promise<void>;
  /** The request, if it is due; it is then not due before `until`, and has one attempt more. */
  claim(id: string, now: number, until: number): Promise<SubscriptionRequest | undefined>;
  postpone(id: string, until: number): Promise<void>;
  /** It is answered. */
  remove(id: string): Promise<void>;
  /** Ids of requests that were due before `before`: their message was lost. */
  due(before: number, limit: number, now: number): Promise<string[]>;
};

export type WebSubStore = {
  /**
   * In force from `now` until its lease ends, with the secret of this request or none: what was there for this topic and callback is
   * replaced, its failed deliveries stay to be repeated. Nothing happens where a later request was verified before.
   */
  subscribe(request: SubscriptionRequest, now: number): Promise<void>;
  unsubscribe(request: SubscriptionRequest, now: number): Promise<void>;
  /** The callback is gone. A subscription that was verified meanwhile stays. */
  end(subscription: Subscription): Promise<void>;
  /** Those of the feeds that somebody is subscribed to. Strongly consistent. */
  subscribed(feeds: string[], now: number): Promise<string[]>;
  /** Subscriptions of a feed in the order of their places. `last` is where to go on; undefined: there are no more. */
  page(
    feed: string,
    after: string | undefined,
    limit: number,
    now: number,
  ): Promise<{ subscriptions: Subscription[]; last: string | undefined }>;

  /**
   * One more delivery has failed, and the next is tried at `retryAt`. False where the subscription is not what was read
   * any more: another has booked its next delivery, or it has ended.
   */
  bookRetry(subscription: Subscription, retryAt: number): Promise<boolean>;
  /** A delivery succeeded: the retry that was booked is not needed. */
  cancelRetry(subscription: Subscription): Promise<void>;
  retryIsDue(now: number): Promise<boolean>;
  /** Subscriptions whose retry has come, the longest waiting first. */
  retriesDue(now: number, limit: number): Promise<Subscription[]>;
};

/** A distribution: one feed's subscribers are sent what it has now. */
export type Run = {
  feed: string;
  /** Whose lease it is. */
  holder: string;
  /** Everybody up to this place was tried. */
  after?: string | undefined;
};

export type Sent = Record<string, string>;

export type DistributionStore = {
  /** The feed is to be distributed at `at`. False where that was so already. */
  markDue(feed: string, at: number): Promise<boolean>;
  dueAt(feed: string): Promise<number | undefined>;
  /**
   * The run that somebody left, or a new one, for which the mark is taken away; leased until `until`. Undefined: another
   * is at it, or there is none and the feed is not due. One run a feed: those that come meanwhile wait for its end.
   */
  takeUp(feed: string, holder: string, now: number, until: number): Promise<Run | undefined>;
  /** Everybody up to `run.after` was tried; the lease is until `until`. False where another has taken it up. */
  progress(run: Run, until: number): Promise<boolean>;
  /** `sent`: topic → ETag of what all of its subscribers were sent. False where another has taken the run up. */
  finish(run: Run, sent: Sent): Promise<boolean>;
  sent(feed: string, now: number): Promise<Sent>;
  /** Feeds that were due before `before`, and those whose run has lost its holder by `now`. */
  left(before: number, now: number): Promise<string[]>;
};
