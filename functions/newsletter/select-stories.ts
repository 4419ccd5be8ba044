import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import { type EditionSettings, publicationLanguage } from '../settings/publication.ts';
import { type Clock, DAY_MILLISECONDS, isoTime } from '../shared/clock.ts';
import { slugOf } from '../shared/text.ts';
import type { FrozenIssue } from './issue.ts';
import type { EditionCursor } from './issue-store.ts';

/**
 * Which stories are new to an edition (docs/decisions/new-to-an-edition.md): by when they first became public here, so
 * that a backdated story is neither lost nor repeated.
 */

const WEEK_MILLISECONDS = 7 * DAY_MILLISECONDS;
/** When the stories of the next issue first became public: (after, until], ISO 8601. */
export type StoryWindow = { after: string; until: string };

/**
 * A week, so that a story which comes to fit the edition late (moved into its section, or back after it was withdrawn)
 * still finds an issue; longer where the last issue is longer ago.
 */
export function storyWindow(cursor: EditionCursor, now: number): StoryWindow {
  const lastLine = cursor.until ? Date.parse(cursor.until) - OVERLAP_MILLISECONDS : now;
  return { after: isoTime(Math.min(lastLine, now - WEEK_MILLISECONDS)), until: isoTime(now) };
}

export type Selection = {
  /** Over all languages: those marked as featured first, then newest first; `max` and `mostRecent` a language. */
  stories: Article[];
  /** New stories that there was no room for. */
  leftOut: { id: string; language: string }[];
  /** By language: what first became public up to here (ISO 8601) is in no later issue, since newer ones were left out. */
  passed: Record<string, string>;
};

/** How many new stories are looked at before the oldest are left to the site. */
const MAX_LOOKED_AT = 5000;
const PAGE = 100;

/** What the next issue of an edition has. Pure but for what it reads. */
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

/** Stories of a language that one issue has: as such, and as headlines at its end. */
function roomOf({ stories }: EditionSettings): number {
  return stories.max + stories.mostRecent;
}

function fits(article: Article, { filter, languages }: EditionSettings, language: string): boolean {
  if (!languages.includes(language)) return false;
  if (filter.sections && !filter.sections.includes(slugOf(article.section))) return false;
  const tags = article.tags.map(slugOf);
  return !filter.tags || filter.tags.some((tag) => tags.includes(slugOf(tag)));
}

/** The story an editor marked leads; the others stay in their order. */
function featuredFirst(stories: Article[]): Article[] {
  return [...stories.filter(({ featured }) => featured), ...stories.filter(({ featured }) => !featured)];
}

/** The part of an issue's stories that a reader who chose these gets. Topics are slugs of sections; none means all. */
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

/** The stories as they are now, in the order of `ids`, without those that left. */
export async function storiesNow(
  { articles, clock }: { articles: ArticleStore; clock: Clock },
  ids: string[],
): Promise<Article[]> {
  const found = await articles.getMany(ids, { consistent: true });
  return found.filter((article) => isPublic(article, isoTime(clock())));
}

/**
 * A story's moment is noted before its transaction is done, so one may appear behind a line already drawn. Looking back
 * over the line finds it; what was sent already is known by its id.
 */
export const OVERLAP_MILLISECONDS = 10 * 60 * 1000;

/** Ids that an edition remembers: an item has 400 KB, and an id up to 128 bytes. */
const MAX_REMEMBERED = 2000;

/** The edition once the issue of `slot` has what was frozen: no other issue has these stories, or those it passed over. */
export function cursorAfter(
  cursor: EditionCursor,
  slot: string,
  { after, until, storyIds, passed }: FrozenIssue,
): EditionCursor {
  // What an issue had is older than its line: behind the window's beginning nobody looks for it any more.
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
 * An issue that is not sent after all gives its stories back: the next one looks from where this one did. What others
 * took meanwhile stays theirs, by its ids.
 */
export function cursorWithout(cursor: EditionCursor, slot: string, frozen: FrozenIssue): EditionCursor {
  const before = isoTime(Date.parse(frozen.after) + OVERLAP_MILLISECONDS);
  return {
    ...cursor,
    version: cursor.version + 1,
    // Another may have given back older ones.
    until: cursor.until && cursor.until < before ? cursor.until : before,
    recent: cursor.recent.filter((issue) => issue.slot !== slot),
  };
}

/** The first of them, at least one, that have at most `max` stories. */
function newest<T extends { storyIds: string[] }>(issues: T[], max: number): T[] {
  let count = 0;
  const tooMany = issues.findIndex(({ storyIds }, index) => {
    count += storyIds.length;
    return index > 0 && count > max;
  });
  return tooMany < 0 ? issues : issues.slice(0, tooMany);
}

/** Of times in ISO 8601; empty where there is none. */
export function latest(...times: (string | undefined)[]): string {
  return times.reduce<string>((one, other) => (other !== undefined && other > one ? other : one), '');
}
