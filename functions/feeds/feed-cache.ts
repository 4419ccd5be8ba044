import { LRUCache } from 'lru-cache';
import type { FeedAddress } from './feed-key.ts';
import type { FeedWindow } from './feed-window.ts';
import { type Recent, recent } from './negotiation.ts';
import type { RecentFeeds } from './recent-feeds.ts';
import type { RenderedFeed } from './render-feed.ts';

/**
 * What a process remembers of its feeds: windows for at most a second, and rendered bytes by their ETag.
 * The process that writes an article forgets its windows at once, so its own next GET shows it.
 */
export type FeedCache = {
  /** The remembered window, or the one that `read` gets. Requests at the same time share one read. */
  window(feed: string, now: number, read: () => Promise<FeedWindow>): Promise<FeedWindow>;
  /** The window, where it is remembered and has been read. */
  remembered(feed: string, now: number): FeedWindow | undefined;
  forgetWindows(): void;
  /** Requests for the same document at the same time share one rendering. */
  rendering(tag: string, render: () => Promise<RenderedFeed | undefined>): Promise<RenderedFeed | undefined>;
  bytes: LRUCache<string, Uint8Array>;
  /** Paths at which there were feeds, and which. */
  addresses: Recent<string, FeedAddress>;
  /** What was found in a feed's window, or what `find` finds where the window's tag is another by now. */
  recentFeeds(feed: string, tag: string, find: () => Promise<RecentFeeds>): Promise<RecentFeeds>;
};

const WINDOW_MILLISECONDS = 1000;
const MAX_WINDOWS = 2000;
/** One of everything, and one a language. */
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
      // To note that it was used costs as much as to find it; reading it once a second notes it too.
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
