import type { Publication } from '../settings/publication.ts';
import { isConfigured } from './configured-feeds.ts';
import type { NamedBy } from './feed-info.ts';
import { type FeedSelector, feedKey, type InFeeds, selectorsOf } from './feed-key.ts';

/** The feeds that stories of late are in, beyond those of the settings: of guest languages and sections, tags and authors. */
export type FeedsOfLate = Record<Group, FeedOfLate[]>;
export type FeedOfLate = { selector: FeedSelector; namedBy: NamedBy };

/** In the order in which they are shown. */
export const GROUPS = ['otherLanguages', 'otherSections', 'tags', 'authors'] as const;
type Group = (typeof GROUPS)[number];

/** `stories` newest first: a feed is called as its newest story calls it. Each group by name, whatever came last. */
export function feedsOfStories(publication: Publication, stories: InFeeds[]): FeedsOfLate {
  const found: FeedsOfLate = { otherLanguages: [], otherSections: [], tags: [], authors: [] };
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
  for (const group of GROUPS) found[group].sort((a, b) => byCodeUnits(slugIn(group, a), slugIn(group, b)));
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

function slugIn(group: Group, { selector }: FeedOfLate): string {
  const { language = '', section = '', tag = '', author = '' } = selector;
  return { otherLanguages: language, otherSections: section, tags: tag, authors: author }[group];
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
