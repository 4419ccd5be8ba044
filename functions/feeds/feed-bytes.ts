import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { renderingMark } from './feed-head.ts';
import type { FeedAddress } from './feed-key.ts';
import type { FeedServices } from './feed-services.ts';
import { type FeedWindow, type Snapshot, type StoredEncoding, windowKey } from './feed-window.ts';
import { type Encoding, entityTag, entityTags, withoutEncoding } from './negotiation.ts';
import { type RenderedFeed, renderFeed } from './render-feed.ts';

/**
 * The bytes that belong to a tag: from this process, else from the table, else rendered and left in both.
 * Undefined where an article changed after the window was read.
 */
export async function documentBytes(
  services: FeedServices,
  address: FeedAddress,
  window: FeedWindow,
  tag: string,
  encoding: Encoding,
): Promise<Uint8Array | undefined> {
  const { clock, feeds, feedCache } = services;
  const known = feedCache.bytes.get(entityTag(tag, encoding));
  if (known) return known;
  if (encoding === 'identity') {
    const packed = await documentBytes(services, address, window, tag, 'gzip');
    return packed && remember(services, tag, 'identity', await promisify(gunzip)(packed));
  }
  const stored = await feeds.document(windowKey(address), address.format, encoding, clock());
  if (stored?.etag === tag) return remember(services, tag, encoding, stored.bytes);
  const fresh = await feedCache.rendering(tag, () => rendered(services, address, window, tag));
  return fresh?.[encoding];
}

/** The entries that a reader lacks who has the document of the base's tag. */
export type Delta = { bytes: Uint8Array; base: string };

/** Undefined where none of the reader's tags is known, or where what changed cannot be said by entries. */
export async function deltaFor(
  services: FeedServices,
  address: FeedAddress,
  window: FeedWindow,
  tag: string,
  ifNoneMatch: string | undefined,
  encoding: Encoding,
): Promise<Delta | undefined> {
  for (const base of basesFor(tag, ifNoneMatch)) {
    const bytes = await bytesSince(services, address, window, tag, base.tag, encoding);
    if (bytes) return { bytes, base: base.entityTag };
  }
  return undefined;
}

async function bytesSince(
  services: FeedServices,
  address: FeedAddress,
  window: FeedWindow,
  tag: string,
  base: string,
  encoding: Encoding,
): Promise<Uint8Array | undefined> {
  const { clock, feeds, feedCache } = services;
  const step = `${base} ${tag}`;
  const known = feedCache.bytes.get(entityTag(step, encoding));
  if (known) return known;
  const snapshotOfTag = (each: string) => feeds.snapshot(windowKey(address), address.format, each, clock());
  const had = await snapshotOfTag(base);
  const news = had && deltaOf(address, window, had);
  const fresh = news && (await feedCache.rendering(step, () => renderFeed(services, address, news)));
  if (!fresh?.isWhole) return undefined;
  // The reader comes back with the tag of the whole document, which is a base only where that was rendered.
  if (!(await snapshotOfTag(tag))) await documentBytes(services, address, window, tag, 'gzip');
  if (encoding !== 'identity') return remember(services, step, encoding, fresh[encoding]);
  return remember(services, step, encoding, await promisify(gunzip)(fresh.gzip));
}

async function rendered(
  services: FeedServices,
  address: FeedAddress,
  window: FeedWindow,
  tag: string,
): Promise<RenderedFeed | undefined> {
  const { clock, feeds, log } = services;
  const { format } = address;
  const fresh = await renderFeed(services, address, window);
  if (!fresh) return undefined;
  const key = windowKey(address);
  const stored = (['br', 'gzip'] as StoredEncoding[]).map(async (encoding) => {
    remember(services, tag, encoding, fresh[encoding]);
    if (window.isPassing) return;
    await feeds.putDocument(key, format, encoding, { etag: tag, bytes: fresh[encoding] }, clock());
  });
  // A document that had no room for all of its articles is no base for a delta: some of them its reader has not seen.
  const isBase = fresh.isWhole && !address.archive;
  try {
    await Promise.all([
      ...stored,
      isBase && feeds.putSnapshot(key, format, tag, snapshotOf(window), clock()),
    ]);
  } catch (error) {
    // The reader has its bytes all the same; another process renders them again.
    log.warn('a rendered feed could not be stored', { feed: key, format, error });
  }
  return fresh;
}

function remember(
  { feedCache }: FeedServices,
  tag: string,
  encoding: Encoding,
  bytes: Uint8Array,
): Uint8Array {
  feedCache.bytes.set(entityTag(tag, encoding), bytes);
  return bytes;
}

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
