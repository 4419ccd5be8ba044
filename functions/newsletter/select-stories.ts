import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import { type EditionSettings, publicationLanguage } from '../settings/publication.ts';
import { type Clock, DAY_MILLISECONDS, isoTime } from '../shared/clock.ts';
import { slugOf } from '../shared/text.ts';
import type { FrozenIssue } from './issue.ts';
import type { EditionCursor } from './issue-store.ts';

/**
 * This file decides which stories are new to an edition (docs/decisions/new-to-an-edition.md). What counts is when a
 * story first became public here, so that a backdated story is neither lost nor repeated.
 */

const WEEK_MILLISECONDS = 7 * DAY_MILLISECONDS;
/** The next issue looks at stories that first became public after `after` and not later than `until` (ISO 8601). */
export type StoryWindow = { after: string; until: string };

/**
 * Returns the window of the next issue: the span of time in which its stories became public. The window is a week long,
 * so that an issue still finds a story that begins to fit the edition late, for example because it was moved into the
 * right section. The window is longer if the last issue was more than a week ago.
 */
export function storyWindow(cursor: EditionCursor, now: number): StoryWindow {
  const lastLine = cursor.until ? Date.parse(cursor.until) - OVERLAP_MILLISECONDS : now;
  return { after: isoTime(Math.min(lastLine, now - WEEK_MILLISECONDS)), until: isoTime(now) };
}

export type Selection = {
  /**
   * The stories of all languages. Featured ones come first, then the newest. Each language has up to `max` and
   * `mostRecent` of the edition's settings together.
   */
  stories: Article[];
  /** New stories that there was no room for. */
  leftOut: { id: string; language: string }[];
  /**
   * For each language, the time (ISO 8601) at which the newest story that was left out first became public. Later
   * issues take only stories that became public after that time, so that a slow day does not bring up old stories.
   */
  passed: Record<string, string>;
};

/**
 * How many new stories are read at most. The newest are read first, and the older ones beyond this number are in no
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
  for await (const id of articles.publicBetween(window.after, window.until)) {
    if (sentBefore.has(id)) continue;
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
  return { stories, leftOut, passed };
}

/**
 * Returns how many stories of a language fit into an issue. Stories that are only headlines at its end are counted too.
 */
function roomOf({ stories }: EditionSettings): number {
  return stories.max + stories.mostRecent;
}

function fits(article: Article, { filter, languages }: EditionSettings, language: string): boolean {
  if (!languages.includes(language)) return false;
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

/** Returns the stories as they are now, in the order of `ids`, without those that are not public any more. */
export async function storiesNow(
  { articles, clock }: { articles: ArticleStore; clock: Clock },
  ids: string[],
): Promise<Article[]> {
  const found = await articles.getMany(ids, { consistent: true });
  return found.filter((article) => isPublic(article, isoTime(clock())));
}

/**
 * The window of an issue begins at least this long before the end of the last issue's window. The time at which a story
 * becomes public is set before its transaction is committed. So the story may appear in the table after an issue that
 * should have had it. Stories that were sent already are known by their ids, and are not sent again.
 */
export const OVERLAP_MILLISECONDS = 10 * 60 * 1000;

/** How many ids an edition remembers. An item of the table has at most 400 KB, and an id up to 128 bytes. */
const MAX_REMEMBERED = 2000;

/**
 * Returns the edition's cursor after the issue of `slot` took its stories. No other issue takes these stories, or the
 * ones that were left out.
 */
export function cursorAfter(
  cursor: EditionCursor,
  slot: string,
  { after, until, storyIds, passed }: FrozenIssue,
): EditionCursor {
  // The stories of an issue became public before the end of its window. If that end is before the new window, no later
  // issue finds these stories, and their ids can be forgotten.
  const all = [{ slot, until, storyIds }, ...cursor.recent].filter((issue) => issue.until > after);
  const recent = newest(all, MAX_REMEMBERED);
  const forgotten = all[recent.length]?.until;
  const lines = Object.entries(passed).map(([language, line]) => [
    language,
    latest(cursor.passed?.[language], line, forgotten),
  ]);
  return {
    version: cursor.version + 1,
    until: latest(cursor.until, until),
    recent,
    passed: { ...cursor.passed, ...Object.fromEntries(lines) },
  };
}

/**
 * Returns the edition's cursor after an issue that is not sent gave its stories back. The next issue looks back as far
 * as this one did. Stories that other issues took meanwhile are still known by their ids.
 */
export function cursorWithout(cursor: EditionCursor, slot: string, frozen: FrozenIssue): EditionCursor {
  const before = isoTime(Date.parse(frozen.after) + OVERLAP_MILLISECONDS);
  return {
    ...cursor,
    version: cursor.version + 1,
    // Another issue may have given back even older stories. So the earlier of the two times counts.
    until: cursor.until && cursor.until < before ? cursor.until : before,
    recent: cursor.recent.filter((issue) => issue.slot !== slot),
  };
}

/** Returns the first issues that together have at most `max` stories, and at least one issue. */
function newest<T extends { storyIds: string[] }>(issues: T[], max: number): T[] {
  let count = 0;
  const tooMany = issues.findIndex(({ storyIds }, index) => {
    count += storyIds.length;
    return index > 0 && count > max;
  });
  return tooMany < 0 ? issues : issues.slice(0, tooMany);
}

/** Returns the latest of the times (ISO 8601), or an empty text if there are none. */
export function latest(...times: (string | undefined)[]): string {
  return times.reduce<string>((one, other) => (other !== undefined && other > one ? other : one), '');
}

/**
 * Returns a sentence for people that says why there are too few stories for an issue, or undefined if there are enough.
 */
export function tooFewReason(
  { stories: { min } }: EditionSettings,
  { after }: StoryWindow,
  { length }: Article[],
): string | undefined {
  if (length >= min) return undefined;
  return `${length} new ${length === 1 ? 'story' : 'stories'} since ${after}; the edition wants at least ${min}`;
}

/** Returns a sentence for people that says why too few stories of an issue are left. */
export function tooFewLeftReason(
  { storyIds }: FrozenIssue,
  { length }: Article[],
  { stories: { min } }: EditionSettings,
): string {
  return `${length} of its ${storyIds.length} stories ${length === 1 ? 'is' : 'are'} left, the others were retracted or went out in another issue; the edition wants at least ${min}`;
}
