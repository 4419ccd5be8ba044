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
  /** It left this place in the feed for another. */
  moved?: boolean;
  /** How many blocks of 16 KiB it takes more than the first; absent: none, as of nearly all. */
  moreBlocks?: number;
};

/** In the feed, and not one that left it. */
export function isIn(pointer: Pointer): boolean {
  return pointer.removedAt === undefined;
}

/** A bound of a stretch of a feed: a `Position`, or a month (`yyyy-mm`), which sorts before every place in it. */
export type Bound = string;

/** Bytes of JSON. */
export const BLOCK_BYTES = 16_384;

export type FeedDocument = { etag: string; bytes: Uint8Array };
export type StoredEncoding = 'br' | 'gzip';

/** What a reader has that was given a document: id → version. */
export type Snapshot = Map<string, number>;

export type FeedStore = {
  /**
   * The newest pointers up to `now` (ISO 8601), newest first: `count` articles, and those removed among them.
   * Strongly consistent: a story accepted a moment ago is there.
   */
  newest(feed: string, now: string, count: number): Promise<Pointer[]>;
  /** The pointers below a bound, newest first, those of removed articles too. Read as far as the caller goes. */
  below(feed: string, bound: Bound, now: string): AsyncIterable<Pointer>;
  /** The pointers from a bound up to `now`, oldest first, the same way. */
  from(feed: string, bound: Bound, now: string): AsyncIterable<Pointer>;
  /** `feed` is the key of a feed or of a part of its archive; `now` in milliseconds, here and below. */
  document(
    feed: string,
    format: string,
    encoding: StoredEncoding,
    now: number,
  ): Promise<FeedDocument | undefined>;
  /** False where it does not fit into an item; it is then rendered again by the next process that needs it. */
  putDocument(
    feed: string,
    format: string,
    encoding: StoredEncoding,
    document: FeedDocument,
    now: number,
  ): Promise<boolean>;
  /** The articles of the document that had this tag; undefined where it was never made, or too long ago. */
  snapshot(feed: string, format: string, tag: string, now: number): Promise<Snapshot | undefined>;
  /** Remembers what the document with this tag has. */
  putSnapshot(feed: string, format: string, tag: string, snapshot: Snapshot, now: number): Promise<void>;
};
