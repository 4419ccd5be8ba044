import { type ArchivePart, type FeedAddress, type FeedFormat, feedKey, monthOf } from './feed-key.ts';
import type { Encoding } from './negotiation.ts';

/**
 * The pointers of a feed's newest articles, or of a part of its archive, and what follows from them without reading an article: its validators.
 * Two windows with the same pointers have the same tag, whoever made them, in any process.
 */
export type FeedWindow = {
  pointers: Pointer[];
  /** Ids and versions, newest first, of the articles that are in. */
  entries: Pointer[];
  /** A tag, an author or a guest section is called as this one calls it. */
  namedBy: Pointer | undefined;
  /** What left the feed and is in it nowhere else, each id once. `removedAt` in milliseconds. */
  removed: { id: string; removedAt: number }[];
  /** Where to go on: the archive's documents next to this one. */
  older: ArchivePart | undefined;
  newer: ArchivePart | undefined;
  /** Milliseconds. An edit moves it, a removal, and the end of an embargo; it is never in the future. */
  lastModified: number;
  /** The same of the articles alone, as the document says it: a link to a new neighbour is no news of its own. */
  updated: number;
  /** The address was made up: its document is not worth keeping. */
  isPassing: boolean;
  /** The opaque part of the entity tag, by format, made when first asked for. */
  tags: Partial<Record<FeedFormat, string>>;
  /** By format and encoding, made when first asked for: the same for every poll while the window is remembered. */
  heads: Partial<Record<FeedFormat, Partial<Record<Encoding, FeedHead>>>>;
};

/** All of an answer but its body. */
export type FeedHead = {
  /** Of this window and format, without an encoding's mark. */
  tag: string;
  /** One an encoding, quoted. */
  entityTags: string[];
  lastModified: number;
  notModified: Record<string, string>;
  full: Record<string, string>;
};

/**
 * The window of a subscription document. `emptySince` (milliseconds) is the Last-Modified of a feed that never had an
 * article. Going back from it begins with the month of its oldest article: all younger months are in it whole.
 */
export function feedWindow(pointers: Pointer[], emptySince: number): FeedWindow {
  const oldest = pointers.findLast(isIn);
  return windowOf(pointers, emptySince, oldest && { month: monthOf(oldest) }, undefined);
}

export function archiveWindow({ pointers, older, newer, linksChanged, isLinked }: PartOfFeed): FeedWindow {
  const window = windowOf(pointers, 0, older, newer);
  return { ...window, lastModified: Math.max(window.updated, linksChanged), isPassing: !isLinked };
}

function windowOf(
  pointers: Pointer[],
  atLeast: number,
  older: ArchivePart | undefined,
  newer: ArchivePart | undefined,
): FeedWindow {
  let updated = atLeast;
  for (const { publishedAt, updatedAt, removedAt } of pointers) {
    updated = Math.max(updated, updatedAt, removedAt ?? 0, Date.parse(publishedAt));
  }
  const entries = pointers.filter(isIn);
  const known = new Set(entries.map(({ id }) => id));
  const removed: FeedWindow['removed'] = [];
  for (const { id, removedAt, moved } of pointers) {
    if (removedAt === undefined || moved || known.has(id)) continue;
    known.add(id);
    removed.push({ id, removedAt });
  }
  return {
    pointers,
    entries,
    namedBy: entries[0],
    removed,
    older,
    newer,
    lastModified: updated,
    updated,
    isPassing: false,
    tags: {},
    heads: {},
  };
}

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

/** What a part holds, and the parts before and behind it. */
export type PartOfFeed = {
  pointers: Pointer[];
  older: ArchivePart | undefined;
  newer: ArchivePart | undefined;
  /** Milliseconds: the latest change that the two links may have come with. */
  linksChanged: number;
  /** Another part leads here. Where it does not, somebody made up the address, or the part was cut otherwise before. */
  isLinked: boolean;
};

/** What the process, the table and a tag know a document's articles by. */
export function windowKey({ selector, archive }: FeedAddress): string {
  const feed = feedKey(selector);
  // No key of a feed has a space.
  return archive ? `${feed} ${archive.month}${archive.before ? ` ${archive.before}` : ''}` : feed;
}
