import { isoTime, laterOf } from '../shared/clock.ts';
import { type Article, type ArticleFields, isListed } from './article.ts';
import { inputOf } from './article-input.ts';

/** From one version of an article to the next. Pure: `now` is given, in milliseconds. */

export type Decision = {
  fields: ArticleFields;
  /** The editor took the date away: a story that was never public gets that of its publication. */
  undated?: boolean;
};

/**
 * The article as an editor's decision makes it. Without a date in it, a story keeps the date it has been public
 * under, or the one an editor gave before: to forget the date of an embargoed story must not publish it.
 */
export function nextVersion(
  previous: Article | undefined,
  id: string,
  { fields, undated = false }: Decision,
  now: number,
): Article {
  const at = isoTime(now);
  const { publishedAt, ...rest } = fields;
  // What GET shows as the date of an undated draft is only the date of the draft; it comes back with a PUT.
  const given = publishedAt === previous?.publishedAt && !previous?.dated ? undefined : publishedAt;
  // A story that was retracted under embargo has never been public, though its time has passed since.
  const becamePublic =
    previous?.publicAt !== undefined && previous.publicAt <= (previous.retractedAt ?? at)
      ? previous.publicAt
      : undefined;
  const dated = given !== undefined || (previous?.dated === true && !undated);
  const inherited = becamePublic || dated ? previous?.publishedAt : undefined;
  const next: Article = {
    id,
    version: (previous?.version ?? 0) + 1,
    ...rest,
    publishedAt: given ?? inherited ?? at,
    ...(dated && { dated }),
    createdAt: previous?.createdAt ?? at,
    // Another machine's clock may be ahead of this one's; Last-Modified goes forward only.
    updatedAt: previous ? laterOf(at, previous.updatedAt) : at,
    ...(previous?.translations && { translations: previous.translations }),
  };
  if (becamePublic) next.publicAt = becamePublic;
  else if (isListed(next)) next.publicAt = laterOf(next.publishedAt, at);
  return next;
}

/** What stays of a retracted article: enough to say that it was here, nothing of what it said. */
export function tombstoneOf(previous: Article, now: number): Article {
  const { summary, contributors, image, audio, url, commentsUrl, translations, ...kept } = previous;
  const at = laterOf(isoTime(now), previous.updatedAt);
  return { ...kept, html: '', related: [], version: previous.version + 1, updatedAt: at, retractedAt: at };
}

/** Whether an editor would see no difference. */
export function sameContent(a: Article, b: Article): boolean {
  const comparable = (article: Article) =>
    JSON.stringify(Object.entries(inputOf(article)).sort(([x], [y]) => (x < y ? -1 : 1)));
  return comparable(a) === comparable(b);
}
