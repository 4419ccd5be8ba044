/** That an article is in a feed: all that a poll needs to know of it. */
export type Pointer = {
  id: string;
  version: number;
  /** ISO 8601; the feed is sorted by it, and by id where it is the same. */
  publishedAt: string;
  /** Milliseconds since 1970. */
  updatedAt: number;
  /** Milliseconds; set once the article left this feed. */
  removedAt?: number;
  /** It left this place in the feed for an older one. */
  movedDown?: boolean;
};

export type FeedDocument = { etag: string; bytes: Uint8Array };
export type StoredEncoding = 'br' | 'gzip';

export type FeedStore = {
  /**
   * The newest pointers up to `now` (ISO 8601), newest first: `count` articles, and those removed among them.
   * Strongly consistent: a story accepted a moment ago is there.
   */
  newest(feed: string, now: string, count: number): Promise<Pointer[]>;
  document(feed: string, format: string, encoding: StoredEncoding): Promise<FeedDocument | undefined>;
  /** False where it does not fit into an item; it is then rendered again by the next process that needs it. */
  putDocument(
    feed: string,
    format: string,
    encoding: StoredEncoding,
    document: FeedDocument,
  ): Promise<boolean>;
};
