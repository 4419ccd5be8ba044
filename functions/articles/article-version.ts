import { isoTime, laterOf } from '../shared/clock.ts';
import { compareText } from '../shared/text.ts';
import { type Article, type ArticleFields, isListed } from './article.ts';
import { inputOf } from './article-input.ts';

/** The rules by which an article goes from one version to the next. `now` is in milliseconds since 1970. */

export type Decision = {
  fields: ArticleFields;
  /** The editor removed the date. A story that was never public then gets the date on which it is published. */
  undated?: boolean;
};

/**
 * Returns the next version of an article after an editor's decision. If the decision has no date, the story keeps the
 * date under which it is public, or the date that an editor gave before. So a request that forgets the date of an
 * embargoed story does not publish the story.
 */
export function nextVersion(
  previous: Article | undefined,
  id: string,
  { fields, undated = false }: Decision,
  now: number,
): Article {
  const at = isoTime(now);
  const { publishedAt, ...rest } = fields;
  // GET shows an undated draft with the date on which the draft was made. A PUT that sends this date back does not
  // count as giving a date.
  const given = publishedAt === previous?.publishedAt && !previous?.dated ? undefined : publishedAt;
  // A story that was retracted under embargo has never been public, even if its date has passed since then.
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
    // The last write may come from a machine whose clock is ahead. Last-Modified must not go backwards, so the later of
    // the two times counts.
    updatedAt: previous ? laterOf(at, previous.updatedAt) : at,
    ...(previous?.translations && { translations: previous.translations }),
  };
  if (becamePublic) next.publicAt = becamePublic;
  else if (isListed(next)) next.publicAt = laterOf(next.publishedAt, at);
  return next;
}

/** Returns the tombstone of a retracted article. It says that the article was here, but has nothing of its text. */
export function tombstoneOf(previous: Article, now: number): Article {
  const { summary, contributors, image, audio, url, commentsUrl, translations, ...kept } = previous;
  const at = laterOf(isoTime(now), previous.updatedAt);
  return { ...kept, html: '', related: [], version: previous.version + 1, updatedAt: at, retractedAt: at };
}

/** Checks whether two versions of an article have the same content, which is all that an editor decides about them. */
export function sameContent(a: Article, b: Article): boolean {
  const comparable = (article: Article) =>
    JSON.stringify(Object.entries(inputOf(article)).sort(([x], [y]) => compareText(x, y)));
  return comparable(a) === comparable(b);
}
