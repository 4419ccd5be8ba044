import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import { type EditionSettings, publicationLanguage } from '../settings/publication.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { slugOf } from '../shared/text.ts';
import { latest } from './edition-cursor.ts';
import type { FrozenIssue } from './issue.ts';
import type { EditionCursor } from './issue-store.ts';
import type { StoryWindow } from './story-window.ts';

/**
 * This file decides which stories are new to an edition (docs/decisions/new-to-an-edition.md). What counts is when a
 * story first became public here, so that a story whose date is changed is neither lost nor repeated. A story whose own
 * date is too old for the edition is no news.
 */

export type Selection = {
  /**
   * The stories of all languages. Featured ones come first, then the newest. Each language has up to `max` and
   * `mostRecent` of the edition's settings together.
   */
  stories: Article[];
  /** New stories that there was no room for. */
  leftOut: { id: string; language: string }[];
  /**
   * Ids of stories that became public within the window but are dated before it, newest first. Whether they fit the
   * edition was not looked at, because they may be a whole archive.
   */
  tooOld: string[];
  /**
   * For each language, the time (ISO 8601) at which the newest story that was left out first became public. Later
   * issues take only stories that became public after that time, so that a slow day does not bring up old stories.
   */
  passed: Record<string, string>;
};

/**
 * How many stories are read at most. The newest are read first, and the older ones beyond this number are in no
 * issue.
 */
const MAX_LOOKED_AT = 5000;
const PAGE = 100;

/** Selects the stories of the next issue of an edition. It writes nothing. */
export async function selectStories(
  articles: ArticleStore,
  edition: EditionSettings,
  languages: string[],
  cursor: EditionCursor,
  window: StoryWindow,
): Promise<Selection> {
  const sentBefore = new Set(cursor.recent.flatMap(({ storyIds }) => storyIds));
  const room = roomOf(edition);
  const passed: Record<string, string> = {};
  for (const language of edition.languages) passed[language] = cursor.passed?.[language] ?? '';
  const kept: Article[] = [];
  const leftOut: Selection['leftOut'] = [];
  const tooOld: string[] = [];
  const counts = new Map<string, number>();
  const leave = (article: Article, language: string) => {
    leftOut.push({ id: article.id, language });
    passed[language] = latest(passed[language], article.publicAt);
  };
  let oldest: string | undefined;
  const look = async (ids: string[]) => {
    for (const article of await articles.getMany(ids, { consistent: true })) {
      oldest = article.publicAt ?? oldest;
      const language = publicationLanguage(article.language, languages);
      if (!isPublic(article, window.until) || !fits(article, edition, language)) continue;
      if (article.publishedAt < window.datedFrom) {
        tooOld.push(article.id);
        continue;
      }
      if ((article.publicAt ?? '') <= (cursor.passed?.[language] ?? '')) continue;
      const kind = `${language} ${article.featured}`;
      const count = counts.get(kind) ?? 0;
      counts.set(kind, count + 1);
      if (count < room) kept.push(article);
      else leave(article, language);
    }
  };

  let looked = 0;
  const page: string[] = [];
  for await (const { id, publishedAt } of articles.publicBetween(window.after, window.until)) {
    if (sentBefore.has(id)) continue;
    if (publishedAt !== undefined && publishedAt < window.datedFrom) {
      tooOld.push(id);
      continue;
    }
    looked += 1;
    page.push(id);
    if (page.length === PAGE) await look(page.splice(0));
    if (looked === MAX_LOOKED_AT) break;
  }
  await look(page);
  if (looked === MAX_LOOKED_AT) {
    for (const language of edition.languages) passed[language] = latest(passed[language], oldest);
  }

  const stories: Article[] = [];
  const taken = new Map<string, number>();
  for (const article of featuredFirst(kept)) {
    const language = publicationLanguage(article.language, languages);
    const count = taken.get(language) ?? 0;
    taken.set(language, count + 1);
    if (count < room) stories.push(article);
    else leave(article, language);
  }
  return { stories, leftOut, tooOld, passed };
}

/**
 * Returns how many stories of a language fit into an issue. Stories that are only headlines at its end are counted too.
 */
function roomOf({ stories }: EditionSettings): number {
  return stories.max + stories.mostRecent;
}

/** Checks whether a story is one for the edition. `language` is the language of the publication in which it is read. */
export function fits(article: Article, { filter, languages }: EditionSettings, language: string): boolean {
  if (article.newsletter === 'never' || !languages.includes(language)) return false;
  if (filter.sections && !filter.sections.includes(slugOf(article.section))) return false;
  const tags = article.tags.map(slugOf);
  return !filter.tags || filter.tags.some((tag) => tags.includes(slugOf(tag)));
}

/** Puts the stories that editors marked as featured first. Apart from that the order stays. */
function featuredFirst(stories: Article[]): Article[] {
  return [...stories.filter(({ featured }) => featured), ...stories.filter(({ featured }) => !featured)];
}

/** Returns the stories of an issue that a reader with this choice gets. An empty list of topics means all sections. */
export function storiesFor(
  stories: Article[],
  choice: { language: string; topics: string[] },
  languages: string[],
): Article[] {
  return stories.filter(
    (story) =>
      publicationLanguage(story.language, languages) === choice.language &&
      (choice.topics.length === 0 || choice.topics.includes(slugOf(story.section))),
  );
}

/**
 * Returns the stories as they are now, in the order of `ids`, without those that are not public any more or that
 * editors have taken out of all newsletters.
 */
export async function storiesNow(
  { articles, clock }: { articles: ArticleStore; clock: Clock },
  ids: string[],
): Promise<Article[]> {
  const found = await articles.getMany(ids, { consistent: true });
  const now = isoTime(clock());
  return found.filter((article) => isPublic(article, now) && article.newsletter !== 'never');
}

/**
 * Returns a sentence for people that says why there are too few stories for an issue, or undefined if there are enough.
 */
export function tooFewReason(
  { stories: { min } }: EditionSettings,
  { after, datedFrom }: StoryWindow,
  { stories: { length }, tooOld }: Pick<Selection, 'stories' | 'tooOld'>,
): string | undefined {
  if (length >= min) return undefined;
  const old =
    tooOld.length > 0
      ? `; ${tooOld.length} of any section came in since then that are dated before ${datedFrom} and are no news`
      : '';
  return `${length} new ${length === 1 ? 'story' : 'stories'} since ${after}${old}; the edition wants at least ${min}`;
}

/** Returns a sentence for people that says why too few stories of an issue are left. */
export function tooFewLeftReason(
  { storyIds }: FrozenIssue,
  { length }: Article[],
  { stories: { min } }: EditionSettings,
): string {
  return `${length} of its ${storyIds.length} stories ${length === 1 ? 'is' : 'are'} left, the others were retracted, were taken out of newsletters, or went out in another issue; the edition wants at least ${min}`;
}
