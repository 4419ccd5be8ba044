import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import { type Clock, isoTime } from '../shared/clock.ts';

/** The stories as they are now, in the order of `ids`, without those that left. */
export async function storiesNow(
  { articles, clock }: { articles: ArticleStore; clock: Clock },
  ids: string[],
): Promise<Article[]> {
  const found = await articles.getMany(ids, { consistent: true });
  return found.filter((article) => isPublic(article, isoTime(clock())));
}
