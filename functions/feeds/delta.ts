import { entityTags } from './conditional.ts';
import { withoutEncoding } from './encoding.ts';
import type { FeedAddress } from './feed-key.ts';
import type { Snapshot } from './feed-store.ts';
import { type FeedWindow, renderingMark } from './feed-window.ts';

/**
 * Deltas for readers that ask with `A-IM: feed` (RFC 3229, and its use for feeds: an instance manipulation that leaves
 * out the entries which the reader has).
 */

/** RFC 3229, 10.5.3: a list of manipulations, each with a q-value like those of Accept-Encoding. */
export function asksForDelta(aIm: string | undefined): boolean {
  return (aIm ?? '').split(',').some((member) => {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
    return name === 'feed' && !parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter));
  });
}

/**
 * What is new for a reader that has `had`: whoever adds these entries to what they have, and keeps as many of the
 * newest as the feed does, has what the whole document says. Undefined where that cannot be said so: only Atom has a
 * word for an entry that left (RFC 6721), and none has one for an entry that was dated back out of the document.
 */
export function deltaOf(
  { format, archive }: FeedAddress,
  window: FeedWindow,
  had: Snapshot,
): FeedWindow | undefined {
  if (archive) return undefined;
  const shown = new Set(window.entries.map(({ id }) => id));
  if (window.pointers.some(({ id, moved }) => moved && had.has(id) && !shown.has(id))) return undefined;
  const removed = window.removed.filter(({ id }) => had.has(id));
  if (removed.length > 0 && format !== 'atom') return undefined;
  const entries = window.entries.filter(({ id, version }) => had.get(id) !== version);
  return { ...window, entries, removed };
}

/** An entity tag as the reader sent it, and without its quotes and the mark of its encoding. */
export type Base = { entityTag: string; tag: string };

/** The tags of an `If-None-Match` whose documents looked like that of `tag` but for their articles. */
export function basesFor(tag: string, ifNoneMatch: string | undefined): Base[] {
  const given = entityTags(ifNoneMatch ?? '').map((entityTag) => ({
    entityTag,
    tag: withoutEncoding(entityTag.slice(1, -1)),
  }));
  return given.filter((other) => renderingMark(other.tag) === renderingMark(tag)).slice(0, MOST_TAGS);
}

/** A reader has one, a cache before it a few. Each costs a read. */
const MOST_TAGS = 3;

export function snapshotOf({ entries }: FeedWindow): Snapshot {
  return new Map(entries.map(({ id, version }) => [id, version]));
}
