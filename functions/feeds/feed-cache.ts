import { LRUCache } from 'lru-cache';
import type { FeedAddress } from './feed-key.ts';
import type { FeedWindow } from './feed-window.ts';
import { type Recent, recent } from './negotiation.ts';
import type { RecentFeeds } from './recent-feeds.ts';
import type { RenderedFeed } from './render-feed.ts';

/**
 * What a process remembers of its feeds: windows, which are the pointers of a document, for at most a second, and
 * rendered bytes by their ETag. A process that writes an article forgets its windows at once, so that its own next GET
 * shows the change.
 */
export type FeedCache = {
  /** Returns the remembered window, or the window that `read` gets. Requests at the same time share one read. */
  window(feed: string, now: number, read: () => Promise<FeedWindow>): Promise<FeedWindow>;
  /** Returns the remembered window, or undefined if it is not remembered or still being read. */
  remembered(feed: string, now: number): FeedWindow | undefined;
  forgetWindows(): void;
  /** Returns a rendered document. Requests for the same document at the same time share one rendering. */
  rendering(tag: string, render: () => Promise<RenderedFeed | undefined>): Promise<RenderedFeed | undefined>;
  /** Rendered bytes by their entity tag. */
  bytes: LRUCache<string, Uint8Array>;
  /** The feeds that requests found, by the path of the request. */
  addresses: Recent<string, FeedAddress>;
  /**
   * Returns the recent feeds that were found in a feed's window. If the tag of the window has changed since then,
   * `find` is called again.
   */
  recentFeeds(feed: string, tag: string, find: () => Promise<RecentFeeds>): Promise<RecentFeeds>;
};

const WINDOW_MILLISECONDS = 1000;
const MAX_WINDOWS = 2000;
/** How many entries of recent feeds are remembered. There is one for all languages, and one for each language. */
const MAX_RECENT_FEEDS = 50;
const MAX_BYTES = 64 * 1024 * 1024;

type Entry = { readAt: number; window: Promise<FeedWindow>; read?: FeedWindow };

export function feedCache(): FeedCache {
  const windows = new LRUCache<string, Entry>({ max: MAX_WINDOWS });
  const recentFeeds = new LRUCache<string, { tag: string; found: Promise<RecentFeeds> }>({
    max: MAX_RECENT_FEEDS,
  });
  const renderings = new Map<string, Promise<RenderedFeed | undefined>>();
  return {
    window(feed, now, read) {
      const known = windows.get(feed);
      if (known && isFresh(known, now)) return known.window;
      const window = read();
      const entry: Entry = { readAt: now, window };
      windows.set(feed, entry);
      window.then(
        (result) => {
          entry.read = result;
        },
        // A failed read is not remembered.
        () => windows.peek(feed) === entry && windows.delete(feed),
      );
      return window;
    },
    remembered(feed, now) {
      // `peek` does not mark the window as used, because that would cost as much as finding it. `window` marks it once
      // a second.
      const known = windows.peek(feed);
      return known && isFresh(known, now) ? known.read : undefined;
    },
    forgetWindows: () => windows.clear(),
    rendering(tag, render) {
      const known = renderings.get(tag);
      if (known) return known;
      const rendering = render().finally(() => renderings.delete(tag));
      renderings.set(tag, rendering);
      return rendering;
    },
    addresses: recent(MAX_WINDOWS),
    recentFeeds(feed, tag, find) {
      const known = recentFeeds.get(feed);
      if (known?.tag === tag) return known.found;
      const entry = { tag, found: find() };
      recentFeeds.set(feed, entry);
      entry.found.catch(() => recentFeeds.peek(feed) === entry && recentFeeds.delete(feed));
      return entry.found;
    },
    bytes: new LRUCache({ maxSize: MAX_BYTES, sizeCalculation: (bytes) => bytes.byteLength + 200 }),
  };
}

function isFresh({ readAt }: Entry, now: number): boolean {
  return now >= readAt && now - readAt < WINDOW_MILLISECONDS;
}
