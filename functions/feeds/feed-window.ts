import { type ArchivePart, type FeedAddress, type FeedFormat, feedKey, monthOf } from './feed-key.ts';
import type { Encoding } from './negotiation.ts';

/** A pointer is the entry of an article in a feed. It has everything that a poll needs to know about the article. */
export type Pointer = {
  id: string;
  version: number;
  /** The article's date (ISO 8601). The feed is sorted by this date, and by the id if two dates are the same. */
  publishedAt: string;
  /** Milliseconds since 1970. */
  updatedAt: number;
  /** When the article left this feed, in milliseconds since 1970. */
  removedAt?: number;
  /** True if the article left this place in the feed for another place in it. */
  moved?: boolean;
  /** How many blocks of 16 KiB the article takes beyond the first. Nearly all articles take one block. */
  moreBlocks?: number;
};

/** How many bytes of an article's JSON a block has. */
export const BLOCK_BYTES = 16_384;

/** Checks whether the article is in the feed and has not left it. */
export function isIn(pointer: Pointer): boolean {
  return pointer.removedAt === undefined;
}

/**
 * The pointers of one document, which is the newest articles of a feed or a part of its archive. The ETag and the date
 * of the document follow from them, so that no article has to be read. Two windows with the same pointers have the same
 * tag in every process.
 */
export type FeedWindow = {
  pointers: Pointer[];
  /** The pointers of the articles that are in the feed, newest first. */
  entries: Pointer[];
  /**
   * The newest article. The feed of a tag, of an author, or of a section that the settings do not have takes its name
   * as this article writes it.
   */
  namedBy: Pointer | undefined;
  /** The articles that left the feed and are nowhere else in it, each of them once. */
  removed: { id: string; removedAt: number }[];
  /** The documents of the archive that come before and after this one. */
  older: ArchivePart | undefined;
  newer: ArchivePart | undefined;
  /**
   * When the document last changed, in milliseconds since 1970. An edit, a removal and the end of an embargo move this
   * time forward.
   */
  lastModified: number;
  /**
   * When one of the articles last changed, in milliseconds since 1970. The document states this time. A new part of the
   * archive next to this one does not change it.
   */
  updated: number;
  /**
   * True if no other document links to this one any more, because its address is out of date. Such a document is not
   * stored.
   */
  isUnlinked: boolean;
  /** The opaque part of the entity tag for each format. A tag is made when it is first asked for. */
  tags: Partial<Record<FeedFormat, string>>;
  /**
   * The heads of answers by format and encoding. A head has all of an answer except its body. It is made once, and then
   * serves every poll while the window is remembered.
   */
  heads: Partial<Record<FeedFormat, Partial<Record<Encoding, FeedHead>>>>;
};

/** Everything in the answer to a poll except the body. */
export type FeedHead = {
  /** The opaque tag of the window in this format, without the mark of an encoding. */
  tag: string;
  /** The entity tag of each encoding, in quotes. */
  entityTags: string[];
  lastModified: number;
  /** The headers of a 304. */
  notModified: Record<string, string>;
  /** The headers of a 200. */
  full: Record<string, string>;
};

/** The pointers of a part of an archive, and the parts next to it. */
export type PartOfFeed = {
  pointers: Pointer[];
  older: ArchivePart | undefined;
  newer: ArchivePart | undefined;
  /**
   * When one of the articles that decide `older` and `newer` last changed, in milliseconds since 1970. The change may have
   * changed these two links, so the document counts as changed then.
   */
  linksChanged: number;
  /**
   * False if no other part links to this one, because the archive was divided differently before.
   */
  isLinked: boolean;
  /** True if no part has ever begun there. The address is then answered as one of which nothing is known. */
  isMadeUp: boolean;
};

/**
 * Makes the window of a subscription document. `emptySince` (milliseconds since 1970) is the Last-Modified of a feed
 * that never had an article. The link to older articles leads to the month of the oldest article in the document,
 * because the document has every younger month whole.
 */
export function feedWindow(pointers: Pointer[], emptySince: number): FeedWindow {
  const oldest = pointers.findLast(isIn);
  return windowOf(pointers, emptySince, oldest && { month: monthOf(oldest) }, undefined);
}

/** Makes the window of a part of an archive. */
export function archiveWindow({ pointers, older, newer, linksChanged, isLinked }: PartOfFeed): FeedWindow {
  const window = windowOf(pointers, 0, older, newer);
  return { ...window, lastModified: Math.max(window.updated, linksChanged), isUnlinked: !isLinked };
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
    isUnlinked: false,
    tags: {},
    heads: {},
  };
}

/** Returns the key of a document. The memory of this process, the table and the ETag all use it. */
export function windowKey({ selector, archive }: FeedAddress): string {
  const feed = feedKey(selector);
  // The key of a feed has no space, so a space can separate it from the rest.
  return archive ? `${feed} ${archive.month}${archive.before ? ` ${archive.before}` : ''}` : feed;
}

/** The end of a stretch of a feed: a `Position`, or a month (`yyyy-mm`), which sorts before every position in it. */
export type Bound = string;

export type FeedDocument = { etag: string; bytes: Uint8Array };
export type StoredEncoding = 'br' | 'gzip';

/** The versions of the articles in a document, by their ids. A feed reader that got the document has these versions. */
export type Snapshot = Map<string, number>;

export type FeedStore = {
  /**
   * Returns the newest pointers up to `now` (ISO 8601), newest first: the pointers of `count` articles, and of the
   * removed articles between them. The read is strongly consistent, so that a story that was accepted a moment ago is
   * there.
   */
  newest(feed: string, now: string, count: number): Promise<Pointer[]>;
  /**
   * Yields the pointers below a bound, newest first, with those of removed articles. It reads only as far as the caller
   * goes.
   */
  below(feed: string, bound: Bound, now: string): AsyncIterable<Pointer>;
  /** Yields the pointers from a bound up to `now`, oldest first, in the same way. */
  from(feed: string, bound: Bound, now: string): AsyncIterable<Pointer>;
  /**
   * Returns a stored document. From here on `feed` is the key of a feed or of a part of its archive (`windowKey`), and
   * `now` is in milliseconds since 1970.
   */
  document(
    feed: string,
    format: string,
    encoding: StoredEncoding,
    now: number,
  ): Promise<FeedDocument | undefined>;
  /**
   * Stores a document. Returns false if it does not fit into an item. The next process that needs it renders it again
   * then.
   */
  putDocument(
    feed: string,
    format: string,
    encoding: StoredEncoding,
    document: FeedDocument,
    now: number,
  ): Promise<boolean>;
  /**
   * Returns the articles of the document with this tag, or undefined if that document was never made, or was made too
   * long ago.
   */
  snapshot(feed: string, format: string, tag: string, now: number): Promise<Snapshot | undefined>;
  /** Stores which articles the document with this tag has. */
  putSnapshot(feed: string, format: string, tag: string, snapshot: Snapshot, now: number): Promise<void>;
};
