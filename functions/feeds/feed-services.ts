import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../services.ts';
import type { FeedCache } from './feed-cache.ts';
import type { FeedStore } from './feed-store.ts';

/** What serving a feed takes. */
export type FeedServices = {
  config: Config;
  clock: Clock;
  articles: ArticleStore;
  feeds: FeedStore;
  feedCache: FeedCache;
  log: Log;
};
