import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { FrozenIssue, VariantSummary } from '../newsletter/issue.ts';
import { type Clock, isoTime } from '../services.ts';

/** What of an issue may still be shown: a mail is out, but a story that was retracted leaves every page. */

type PastIssueServices = { articles: ArticleStore; clock: Clock };

/** The stories as they are now, in the order of `ids`, without those that left. */
export async function storiesNow({ articles, clock }: PastIssueServices, ids: string[]): Promise<Article[]> {
  const found = await articles.getMany(ids, { consistent: true });
  const byId = new Map(found.map((article) => [article.id, article]));
  return ids.flatMap((id) => byId.get(id) ?? []).filter((article) => isPublic(article, isoTime(clock())));
}

/** The subject is the headline of the first story, and goes with it. */
export function subjectNow({ subject, storyIds }: VariantSummary, stories: Article[]): string | undefined {
  return stories.some(({ id }) => id === storyIds[0]) ? subject : undefined;
}

/** The variant that was asked for, else the one in the reader's language, else the first. */
export function chosenVariant(
  { variants }: FrozenIssue,
  language: string,
  asked?: string,
): VariantSummary | undefined {
  return (
    variants.find(({ key }) => key === asked) ??
    variants.find((variant) => variant.language === language) ??
    variants[0]
  );
}
