import type { Subscription, SubscriptionRequest } from './subscription.ts';

/**
 * The stores of the hub. Times are in milliseconds since 1970. An item whose time has passed is read as if it were
 * gone.
 */

/** The requests whose callbacks have not answered yet. */
export type VerificationStore = {
  /** Stores a request that is due at once. */
  put(request: SubscriptionRequest, now: number): Promise<void>;
  /** Returns a request if it is due. It is not due again before `until`, and its attempts are counted up. */
  claim(id: string, now: number, until: number): Promise<SubscriptionRequest | undefined>;
  postpone(id: string, until: number): Promise<void>;
  /** Removes a request that its callback has answered, or that is given up. */
  remove(id: string): Promise<void>;
  /** Returns the ids of requests that were due before `before`. */
  due(before: number, limit: number, now: number): Promise<string[]>;
};

export type WebSubStore = {
  /**
   * Begins a subscription that lasts from `now` until the end of its lease. It replaces an earlier subscription of the
   * same topic and callback, also its secret. Failed deliveries of the earlier one are still repeated. Nothing happens
   * if a later request was verified before.
   */
  subscribe(request: SubscriptionRequest, now: number): Promise<void>;
  unsubscribe(request: SubscriptionRequest, now: number): Promise<void>;
  /** Ends a subscription whose callback is gone. A subscription that was verified again meanwhile stays. */
  end(subscription: Subscription): Promise<void>;
  /** Returns the feeds among these that have subscribers. The read is strongly consistent. */
  subscribed(feeds: string[], now: number): Promise<string[]>;
  /**
   * Returns up to `limit` subscriptions of a feed whose sort key (`Subscription.place`) is above `after`, in the order of
   * these keys. `last` is the `after` of the next page, and is undefined if there is no next page.
   */
  page(
    feed: string,
    after: string | undefined,
    limit: number,
    now: number,
  ): Promise<{ subscriptions: Subscription[]; last: string | undefined }>;

  /**
   * Counts a failed delivery and books the next one at `retryAt`. Returns false if the subscription has changed since
   * it was read, because another process has booked its next delivery or the subscription has ended.
   */
  bookRetry(subscription: Subscription, retryAt: number): Promise<boolean>;
  /** Removes the retry of a subscription after a delivery has succeeded. */
  cancelRetry(subscription: Subscription): Promise<void>;
  retryIsDue(now: number): Promise<boolean>;
  /** Returns the subscriptions whose retry is due, longest waiting first. */
  retriesDue(now: number, limit: number): Promise<Subscription[]>;
};

/** A run distributes the present document of one feed to its subscribers. */
export type Run = {
  feed: string;
  /** The id of the process that has the run, until the end of its lease. */
  holder: string;
  /** The sort key (`Subscription.place`) up to which a delivery to every subscriber was tried. */
  after?: string | undefined;
};

/** The ETag of the document that all subscribers of a topic have got, by topic. */
export type Sent = Record<string, string>;

export type DistributionStore = {
  /** Marks a feed to be distributed at `at`. Returns false if it was marked already. */
  markDue(feed: string, at: number): Promise<boolean>;
  dueAt(feed: string): Promise<number | undefined>;
  /**
   * Takes up the run that another process left, or begins a new run and removes the mark of the feed. The process keeps
   * the run until `until`, which is the end of its lease. Returns undefined if another process has the run, or if there
   * is no run and the feed is not due. A feed has one run at a time, and changes that come meanwhile wait for its end.
   */
  takeUp(feed: string, holder: string, now: number, until: number): Promise<Run | undefined>;
  /**
   * Stores that every subscriber up to `run.after` was tried, and extends the lease until `until`. Returns false if
   * another process has taken the run over.
   */
  progress(run: Run, until: number): Promise<boolean>;
  /** Ends a run and stores what was sent. Returns false if another process has taken the run over. */
  finish(run: Run, sent: Sent): Promise<boolean>;
  sent(feed: string, now: number): Promise<Sent>;
  /** Returns the feeds that were due before `before`, and those whose run has no holder any more at `now`. */
  left(before: number, now: number): Promise<string[]>;
};
