import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Publication } from '../settings/publication.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { compareText, escapeMarkup, slugOf } from '../shared/text.ts';
import { windowTag } from './feed-headers.ts';
import type { NamedBy } from './feed-info.ts';
import { type FeedSelector, feedKey, feedPath, type InFeeds, isConfigured, selectorsOf } from './feed-key.ts';
import { type FeedStore, type FeedWindow, feedWindow, isIn } from './feed-window.ts';
import { articlesOf } from './render-feed.ts';

/**
 * The feeds of the newest stories that the settings do not name: feeds of tags, of authors, and of languages and
 * sections that only some stories have.
 */
export type RecentFeeds = Record<Group, RecentFeed[]>;
export type RecentFeed = { selector: FeedSelector; namedBy: NamedBy };

/** The groups of recent feeds, in the order in which lists show them. */
export const GROUPS = ['otherLanguages', 'otherSections', 'tags', 'authors'] as const;
type Group = (typeof GROUPS)[number];

/**
 * The feeds may together take this many bytes in a list. A story can bring forty feeds with long names, and fifty such
 * stories would make a list of many megabytes, which Lambda could not answer with.
 */
const MOST_BYTES = 2_000_000;

/**
 * Returns the recent feeds of these stories, which are sorted newest first. If the feeds are too many for a list, those
 * of the oldest stories are left out. A feed takes its name as its newest story writes it. Each group is sorted by name, so that a new story does not change the order.
 */
export function feedsOfStories(publication: Publication, stories: InFeeds[]): RecentFeeds {
  const found: RecentFeeds = { otherLanguages: [], otherSections: [], tags: [], authors: [] };
  const known = new Set<string>();
  let bytes = 0;
  for (const story of stories) {
    // The feeds are remembered, and the rest of a story may be large. So only these three fields are kept.
    const namedBy = { section: story.section, tags: story.tags, authors: story.authors };
    for (const selector of selectorsOf(story, publication.languages)) {
      const group = groupOf(publication, selector);
      if (!group || known.has(feedKey(selector))) continue;
      bytes += bytesInList(selector, namedBy);
      if (bytes > MOST_BYTES) return sorted(found);
      known.add(feedKey(selector));
      found[group].push({ selector, namedBy });
    }
  }
  return sorted(found);
}

function sorted(found: RecentFeeds): RecentFeeds {
  for (const group of GROUPS) found[group].sort((a, b) => compareText(slugIn(group, a), slugIn(group, b)));
  return found;
}

/**
 * Estimates the bytes of a feed in the list that takes more, never too low. `/feeds` has the address nine times, in five
 * of them with each percent sign encoded again. `/opml.xml` has the whole name, and an outline of it.
 */
function bytesInList(selector: FeedSelector, { section, tags, authors }: NamedBy): number {
  const { tag, author } = selector;
  const names = tag ? tags : author ? authors.map(({ name }) => name) : [section];
  const slug = tag ?? author ?? selector.section;
  const name = names.find((each) => slugOf(each) === slug) ?? '';
  return 3_000 + 13 * feedPath(selector).length + 4 * Buffer.byteLength(escapeMarkup(name));
}

/** Returns undefined for a feed that the settings name, and for one that has the same stories as another feed. */
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

/** How many of the newest stories are read to find their feeds. */
const STORIES_LOOKED_AT = 50;

type RecentFeedServices = {
  config: Config;
  clock: Clock;
  feeds: FeedStore;
  articles: ArticleStore;
  /** The parts of the feed cache that are used here (`feed-cache.ts`). */
  feedCache: {
    window(key: string, now: number, read: () => Promise<FeedWindow>): Promise<FeedWindow>;
    recentFeeds(feed: string, tag: string, find: () => Promise<RecentFeeds>): Promise<RecentFeeds>;
  };
};

/**
 * Returns the recent feeds of the newest stories in a feed. They are remembered until one of the stories changes. Until
 * then a request costs as much as a poll of the feed.
 */
export async function readRecentFeeds(
  { config, clock, feeds, articles, feedCache }: RecentFeedServices,
  selector: FeedSelector,
): Promise<RecentFeeds> {
  const now = clock();
  const feed = feedKey(selector);
  // The key of a feed has no space, so this key is not the key of another window.
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

/** Returns the newest public articles of a feed. */
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
