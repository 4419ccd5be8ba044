import type { Article } from '../articles/article.ts';
import { sectionName } from '../articles/section-name.ts';
import { slugOf } from '../articles/slug.ts';
import type { Config } from '../config.ts';
import { inLanguage, type Publication } from '../settings.ts';
import { type FeedFormat, type FeedSelector, feedPath, feedUrl } from './feed-key.ts';

/** What stands at the head of a feed. */
export type FeedInfo = {
  title: string;
  description: string;
  /** Absent where the feed has stories in several languages. */
  language: string | undefined;
  author: string;
  homeUrl: string;
  selfUrl: string;
  logo: string | undefined;
  /** How long a reader may wait before it asks again. */
  ttlMinutes: number;
};

/** `articles` are those of the feed: a tag or an author is called as they call it. */
export function feedInfo(
  config: Config,
  selector: FeedSelector,
  format: FeedFormat,
  articles: Article[],
): FeedInfo {
  const { publication, baseUrl } = config;
  const language =
    selector.language ?? (publication.languages.length === 1 ? publication.languages[0] : undefined);
  const name = inLanguage(publication.name, language, publication);
  const part = partName(publication, selector, language, articles);
  return {
    title: part ? `${name}: ${part}` : name,
    description: inLanguage(publication.description, language, publication),
    language,
    author: name,
    homeUrl: `${baseUrl}${selector.language ? feedPath({ language: selector.language }) : '/'}`,
    selfUrl: feedUrl(baseUrl, selector, format),
    logo: publication.logo,
    ttlMinutes: publication.feeds.maxAgeMinutes,
  };
}

function partName(
  publication: Publication,
  selector: FeedSelector,
  language: string | undefined,
  articles: Article[],
): string | undefined {
  const { section, tag, author } = selector;
  if (section) {
    const asWritten = articles
      .map((article) => article.section)
      .find((candidate) => slugOf(candidate) === section);
    return sectionName(publication, asWritten ?? section, language);
  }
  if (tag)
    return articles.flatMap((article) => article.tags).find((candidate) => slugOf(candidate) === tag) ?? tag;
  if (author) {
    const names = articles.flatMap((article) => article.authors).map((candidate) => candidate.name);
    return names.find((candidate) => slugOf(candidate) === author) ?? author;
  }
  return undefined;
}
