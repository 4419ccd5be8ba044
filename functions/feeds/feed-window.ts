import { createHash } from 'node:crypto';
import { monthOf, type PartOfFeed } from './archive.ts';
import type { Encoding } from './encoding.ts';
import type { ArchivePart, FeedFormat } from './feed-key.ts';
import { isIn, type Pointer } from './feed-store.ts';

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

/**
 * `rendering` stands for everything else that the bytes depend on: the publication's settings, the feed's address
 * and the version of the renderer. It has a part of the tag of its own: two tags that differ behind it alone are of
 * documents that differ in their articles alone.
 */
export function windowTag(window: FeedWindow, format: FeedFormat, rendering: string): string {
  const known = window.tags[format];
  if (known) return known;
  const lines = window.pointers.map(
    ({ id, version, removedAt }) => `${id} ${version}${removedAt ? ' removed' : ''}`,
  );
  const content = [...lines, JSON.stringify([window.updated, window.older, window.newer])].join('\n');
  const tag = hashOf(`${format}\n${rendering}`).slice(0, MARK_CHARACTERS) + hashOf(content).slice(0, 22);
  window.tags[format] = tag;
  return tag;
}

const MARK_CHARACTERS = 8;

export function renderingMark(tag: string): string {
  return tag.slice(0, MARK_CHARACTERS);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
