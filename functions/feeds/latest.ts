import { type Article, isPublic } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { type FeedSelector, feedKey } from './feed-key.ts';
import type { FeedStore } from './feed-store.ts';

/** The newest articles of a feed, for a page. */
export async function latestArticles(
  { feeds, articles, clock }: { feeds: FeedStore; articles: ArticleStore; clock: Clock },
  selector: FeedSelector,
  count: number,
): Promise<Article[]> {
  const now = isoTime(clock());
  const pointers = await feeds.newest(feedKey(selector), now, count);
  const ids = pointers.filter(({ removedAt }) => removedAt === undefined).map(({ id }) => id);
  const byId = new Map(
    (await articles.getMany(ids, { consistent: true })).map((article) => [article.id, article]),
  );
  return ids.flatMap((id) => byId.get(id) ?? []).filter((article) => isPublic(article, now));
}
