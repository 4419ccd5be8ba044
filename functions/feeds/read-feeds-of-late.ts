import { isPublic } from '../articles/article.ts';
import { isoTime } from '../shared/clock.ts';
import { type FeedSelector, feedKey } from './feed-key.ts';
import type { FeedServices } from './feed-services.ts';
import { feedWindow, windowTag } from './feed-window.ts';
import { type FeedsOfLate, feedsOfStories } from './feeds-of-late.ts';
import { articlesOf } from './render-feed.ts';

/** How many stories back "of late" is. */
const LATELY = 50;

/**
 * The feeds that the newest stories of a feed are in. They are remembered until one of those changes, so that all but the
 * first to ask cost what a poll of the feed does.
 */
export async function readFeedsOfLate(services: FeedServices, selector: FeedSelector): Promise<FeedsOfLate> {
  const { config, clock, feeds, articles, feedCache } = services;
  const now = clock();
  const feed = feedKey(selector);
  // No key of a feed has a space.
  const window = await feedCache.window(`${feed} lately`, now, async () =>
    feedWindow(await feeds.newest(feed, isoTime(now), LATELY), 0),
  );
  return feedCache.ofLate(feed, windowTag(window, 'rss', ''), async () => {
    const stored = await articlesOf(articles, window.entries);
    const stories = window.entries
      .flatMap(({ id }) => stored.get(id) ?? [])
      .filter((article) => isPublic(article, isoTime(now)));
    return feedsOfStories(config.publication, stories);
  });
}
