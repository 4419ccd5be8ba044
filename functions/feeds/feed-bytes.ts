import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { renderingMark } from './feed-headers.ts';
import type { FeedAddress } from './feed-key.ts';
import type { FeedServices } from './feed-services.ts';
import { type FeedWindow, type Snapshot, type StoredEncoding, windowKey } from './feed-window.ts';
import { type Encoding, entityTag, entityTags, withoutEncoding } from './negotiation.ts';
import { type RenderedFeed, renderFeed } from './render-feed.ts';

/**
 * The bytes of feed documents, and of deltas for feed readers that ask for one with `A-IM: feed`. A delta has only the
 * entries that the feed reader lacks. RFC 3229 calls this an instance manipulation.
 */

/**
 * Returns the bytes of the document with this tag. They come from this process, or else from the table, or else they
 * are rendered and kept in both. Returns undefined if an article changed after the window was read.
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
    if (window.isUnlinked) return;
    await feeds.putDocument(key, format, encoding, { etag: tag, bytes: fresh[encoding] }, clock());
  });
  // A document without room for all articles is no base for a delta, because a feed reader that got it has not seen all
  // of them.
  const isBase = fresh.isWhole && !address.archive;
  try {
    await Promise.all([
      ...stored,
      isBase && feeds.putSnapshot(key, format, tag, snapshotOf(window), clock()),
    ]);
  } catch (error) {
    // The feed reader gets the bytes even if they could not be stored.
    log.warn('a rendered feed could not be stored; the next process that needs it renders it again', {
      feed: key,
      format,
      error,
    });
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
 * Checks whether `A-IM` asks for a delta. Its value is a list in which each member may have a weight (RFC 3229, section
 * 10.5.3).
 */
export function asksForDelta(aIm: string | undefined): boolean {
  return (aIm ?? '').split(',').some((member) => {
    const [name = '', ...parameters] = member.split(';').map((part) => part.trim().toLowerCase());
    return name === 'feed' && !parameters.some((parameter) => /^q=0(?:\.0{0,3})?$/.test(parameter));
  });
}

/** A delta from the document whose entity tag is `base`. */
export type Delta = { bytes: Uint8Array; base: string };

/**
 * Returns the delta that leads to the present document from an earlier one: the first document in `If-None-Match` that
 * is known here. Returns undefined if none is known, or if entries alone cannot say what has changed since then.
 */
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

/** An entity tag as the feed reader sent it, and the same without its quotes and the mark of its encoding. */
type Base = { entityTag: string; tag: string };

/**
 * At most this many tags of a request are looked up, because each costs a read. A feed reader sends one tag, and a
 * cache in front of it sends a few more.
 */
const MOST_TAGS = 3;

/** Returns the tags of an `If-None-Match` whose documents differ from the document of `tag` only in their articles. */
function basesFor(tag: string, ifNoneMatch: string | undefined): Base[] {
  const given = entityTags(ifNoneMatch ?? '').map((entityTag) => ({
    entityTag,
    tag: withoutEncoding(entityTag.slice(1, -1)),
  }));
  return given.filter((other) => renderingMark(other.tag) === renderingMark(tag)).slice(0, MOST_TAGS);
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
  const seen = await snapshotOfTag(base);
  const delta = seen && deltaWindow(address, window, seen);
  const fresh = delta && (await feedCache.rendering(step, () => renderFeed(services, address, delta)));
  if (!fresh?.isWhole) return undefined;
  // The feed reader will send the tag of the whole document next time. That tag is a base for a delta only if its
  // document was rendered, so it is rendered now.
  if (!(await snapshotOfTag(tag))) await documentBytes(services, address, window, tag, 'gzip');
  if (encoding !== 'identity') return remember(services, step, encoding, fresh[encoding]);
  return remember(services, step, encoding, await promisify(gunzip)(fresh.gzip));
}

/**
 * Returns the window of what is new for a feed reader that has the articles in `seen`. If the feed reader adds these
 * entries to its own, and keeps as many of the newest as the feed does, it has the content of the whole document.
 * Returns undefined if entries cannot say the change. Only Atom can say that an entry left (RFC 6721), and no format
 * can say that an entry left the document because its date was moved back.
 */
function deltaWindow(
  { format, archive }: FeedAddress,
  window: FeedWindow,
  seen: Snapshot,
): FeedWindow | undefined {
  if (archive) return undefined;
  const shown = new Set(window.entries.map(({ id }) => id));
  if (window.pointers.some(({ id, moved }) => moved && seen.has(id) && !shown.has(id))) return undefined;
  const removed = window.removed.filter(({ id }) => seen.has(id));
  if (removed.length > 0 && format !== 'atom') return undefined;
  const entries = window.entries.filter(({ id, version }) => seen.get(id) !== version);
  return { ...window, entries, removed };
}

function snapshotOf({ entries }: FeedWindow): Snapshot {
  return new Map(entries.map(({ id, version }) => [id, version]));
}
