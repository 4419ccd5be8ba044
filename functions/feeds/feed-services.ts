import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { PartSizes } from './archive.ts';
import type { FeedCache } from './feed-cache.ts';
import type { FeedStore } from './feed-window.ts';

/** The services that a feed is served with. */
export type FeedServices = {
  config: Config;
  clock: Clock;
  articles: ArticleStore;
  feeds: FeedStore;
  feedCache: FeedCache;
  log: Log;
  /** How long the parts of an archive are. Absent: `PART_SIZES`. */
  partSizes?: PartSizes;
};
