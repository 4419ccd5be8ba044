import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Publication } from '../settings/publication.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { compareText } from '../shared/text.ts';
import { windowTag } from './feed-head.ts';
import type { NamedBy } from './feed-info.ts';
import { type FeedSelector, feedKey, type InFeeds, isConfigured, selectorsOf } from './feed-key.ts';
import { type FeedStore, type FeedWindow, feedWindow, isIn } from './feed-window.ts';
import { articlesOf } from './render-feed.ts';

/**
 * The feeds that the newest stories are in and that the settings do not name: feeds of tags, of authors, and of languages and
 * sections that only some stories have.
 */
export type RecentFeeds = Record<Group, RecentFeed[]>;
export type RecentFeed = { selector: FeedSelector; namedBy: NamedBy };

/** In the order in which they are shown. */
export const GROUPS = ['otherLanguages', 'otherSections', 'tags', 'authors'] as const;
type Group = (typeof GROUPS)[number];

/** `stories` newest first: a feed is called as its newest story calls it. Each group by name, whatever came last. */
export function feedsOfStories(publication: Publication, stories: InFeeds[]): RecentFeeds {
  const found: RecentFeeds = { otherLanguages: [], otherSections: [], tags: [], authors: [] };
  const known = new Set<string>();
  for (const story of stories) {
    // The rest of a story may be large, and is not to be remembered.
    const namedBy = { section: story.section, tags: story.tags, authors: story.authors };
    for (const selector of selectorsOf(story, publication.languages)) {
      const group = groupOf(publication, selector);
      if (!group || known.has(feedKey(selector))) continue;
      known.add(feedKey(selector));
      found[group].push({ selector, namedBy });
    }
  }
  for (const group of GROUPS) found[group].sort((a, b) => compareText(slugIn(group, a), slugIn(group, b)));
  return found;
}

/** Undefined for what the settings have, and for what has the same stories as another feed. */
function groupOf(publication: Publication, selector: FeedSelector): Group | undefined {
  const { language, tag, author, podcast } = selector;
  const { languages } = publication;
  if (isConfigured(publication, selector) || (podcast && !publication.podcast)) return undefined;
  if (tag) return 'tags';
  if (author) return 'authors';
  if (language && !languages.includes(language)) return 'otherLanguages';
  return language && languages.length === 1 ? undefined : 'otherSections';
}

function slugIn(group: Group, { selector }: RecentFeed): string {
  const { language = '', section = '', tag = '', author = '' } = selector;
  return { otherLanguages: language, otherSections: section, tags: tag, authors: author }[group];
}

/** Feeds are listed that one of this many newest stories is in. */
const STORIES_LOOKED_AT = 50;

type RecentFeedServices = {
  config: Config;
  clock: Clock;
  feeds: FeedStore;
  articles: ArticleStore;
  /** Remembers what was read and found, as `feed-cache.ts` says. */
  feedCache: {
    window(key: string, now: number, read: () => Promise<FeedWindow>): Promise<FeedWindow>;
    recentFeeds(feed: string, tag: string, find: () => Promise<RecentFeeds>): Promise<RecentFeeds>;
  };
};

/**
 * The feeds that the newest stories of a feed are in. They are remembered until one of those changes, so that all but the
 * first to ask cost what a poll of the feed does.
 */
export async function readRecentFeeds(
  { config, clock, feeds, articles, feedCache }: RecentFeedServices,
  selector: FeedSelector,
): Promise<RecentFeeds> {
  const now = clock();
  const feed = feedKey(selector);
  // No key of a feed has a space.
  const window = await feedCache.window(`${feed} recent`, now, async () =>
    feedWindow(await feeds.newest(feed, isoTime(now), STORIES_LOOKED_AT), 0),
  );
  return feedCache.recentFeeds(feed, windowTag(window, 'rss', ''), async () => {
    const stored = await articlesOf(articles, window.entries);
    const stories = window.entries
      .flatMap(({ id }) => stored.get(id) ?? [])
      .filter((article) => isPublic(article, isoTime(now)));
    return feedsOfStories(config.publication, stories);
  });
}

/** The newest articles of a feed, for a page. */
export async function latestArticles(
  { feeds, articles, clock }: { feeds: FeedStore; articles: ArticleStore; clock: Clock },
  selector: FeedSelector,
  count: number,
): Promise<Article[]> {
  const now = isoTime(clock());
  const pointers = await feeds.newest(feedKey(selector), now, count);
  const ids = pointers.filter(isIn).map(({ id }) => id);
  const found = await articles.getMany(ids, { consistent: true });
  return found.filter((article) => isPublic(article, now));
}
