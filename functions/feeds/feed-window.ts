import { createHash } from 'node:crypto';
import type { FeedFormat } from './feed-key.ts';
import type { Pointer } from './feed-store.ts';

/**
 * The newest pointers of a feed, and what follows from them without reading an article: its validators.
 * Two windows with the same pointers have the same tag, whoever made them, in any process.
 */
export type FeedWindow = {
  pointers: Pointer[];
  /** Ids and versions, newest first, of the articles that are in. */
  entries: Pointer[];
  /** What left the feed and is in it nowhere else, each id once. `removedAt` in milliseconds. */
  removed: { id: string; removedAt: number }[];
  /** Milliseconds. An edit moves it, a removal, and the end of an embargo; it is never in the future. */
  lastModified: number;
  /** The opaque part of the entity tag, by format, made when first asked for. */
  tags: Partial<Record<FeedFormat, string>>;
  /** By format and encoding, made when first asked for: the same for every poll while the window is remembered. */
  heads: Map<string, FeedHead>;
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

/** `emptySince` (milliseconds) is the Last-Modified of a feed that never had an article. */
export function feedWindow(pointers: Pointer[], emptySince: number): FeedWindow {
  let lastModified = emptySince;
  for (const { publishedAt, updatedAt, removedAt } of pointers) {
    lastModified = Math.max(lastModified, updatedAt, removedAt ?? 0, Date.parse(publishedAt));
  }
  const entries = pointers.filter((pointer) => pointer.removedAt === undefined);
  const known = new Set(entries.map(({ id }) => id));
  const removed: FeedWindow['removed'] = [];
  for (const { id, removedAt, movedDown } of pointers) {
    if (removedAt === undefined || movedDown || known.has(id)) continue;
    known.add(id);
    removed.push({ id, removedAt });
  }
  return {
    pointers,
    entries,
    removed,
    lastModified,
    tags: {},
    heads: new Map(),
  };
}

/**
 * `rendering` stands for everything else that the bytes depend on: the publication's settings, the feed's address
 * and the version of the renderer.
 */
export function windowTag(window: FeedWindow, format: FeedFormat, rendering: string): string {
  const known = window.tags[format];
  if (known) return known;
  const hash = createHash('sha256').update(`${format}\n${rendering}\n`);
  for (const { id, version, removedAt } of window.pointers)
    hash.update(`${id} ${version}${removedAt ? ' removed' : ''}\n`);
  const tag = hash.digest('base64url').slice(0, 22);
  window.tags[format] = tag;
  return tag;
}
