import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import { publicationLanguage } from '../articles/language.ts';
import { slugOf } from '../articles/slug.ts';
import type { EditionSettings } from '../settings.ts';
import type { EditionCursor } from './issue-store.ts';

/** What the first issue of an edition looks back on. */
const FIRST_ISSUE_DAYS = 7;
/**
 * A story's moment is noted before its transaction is done, so one may appear behind a line already drawn. Looking back
 * over the line finds it; what was sent already is known by its id.
 */
export const OVERLAP_MILLISECONDS = 10 * 60 * 1000;
/** Issues whose stories the cursor remembers: more than could be sent within the overlap. */
export const RECENT_ISSUES = 20;

/** When the stories of the next issue became public: (after, until], ISO 8601. */
export function storyWindow(cursor: EditionCursor, now: number): { after: string; until: string } {
  const lookBack = FIRST_ISSUE_DAYS * 24 * 3600 * 1000;
  const after = cursor.until ? Date.parse(cursor.until) - OVERLAP_MILLISECONDS : now - lookBack;
  return { after: new Date(after).toISOString(), until: new Date(now).toISOString() };
}

/** How many new stories are looked at before the oldest are left to the site. */
const MAX_LOOKED_AT = 1000;
const PAGE = 50;

/**
 * The stories new since the last issue that fit the edition, newest first, at most `stories.max` a language. By when
 * they became public here, so that a backdated story is neither lost nor repeated.
 */
export async function selectStories(
  articles: ArticleStore,
  edition: EditionSettings,
  languages: string[],
  cursor: EditionCursor,
  window: { after: string; until: string },
): Promise<Article[]> {
  const sentBefore = new Set(cursor.recent.flatMap(({ storyIds }) => storyIds));
  const selected: Article[] = [];
  const counts = new Map<string, number>();
  const full = () =>
    edition.languages.every((language) => (counts.get(language) ?? 0) >= edition.stories.max);
  const take = async (ids: string[]) => {
    const byId = new Map(
      (await articles.getMany(ids, { consistent: true })).map((article) => [article.id, article]),
    );
    for (const article of ids.flatMap((id) => byId.get(id) ?? [])) {
      const language = publicationLanguage(article.language, languages);
      const count = counts.get(language) ?? 0;
      if (
        !isPublic(article, window.until) ||
        !fits(article, edition, language) ||
        count >= edition.stories.max
      )
        continue;
      counts.set(language, count + 1);
      selected.push(article);
    }
  };

  let looked = 0;
  let page: string[] = [];
  for await (const id of articles.publicBetween(window.after, window.until)) {
    looked += 1;
    if (looked > MAX_LOOKED_AT || full()) break;
    if (sentBefore.has(id)) continue;
    page.push(id);
    if (page.length === PAGE) {
      await take(page);
      page = [];
    }
  }
  await take(page);
  return featuredFirst(selected);
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
