import type { Article } from '../articles/article.ts';
import { sectionName } from '../articles/section-name.ts';
import { slugOf } from '../articles/slug.ts';
import type { Config } from '../config.ts';
import { inLanguage, type Publication } from '../settings.ts';
import {
  type ArchivePart,
  documentPath,
  type FeedAddress,
  type FeedSelector,
  feedPath,
  feedUrl,
} from './feed-key.ts';
import { hubUrl } from './hub.ts';

/** What stands at the head of a feed. */
export type FeedInfo = {
  title: string;
  description: string;
  /** Absent where the feed has stories in several languages. */
  language: string | undefined;
  author: string;
  homeUrl: string;
  selfUrl: string;
  /** The WebSub hub that tells of changes; an archive has none. */
  hubUrl: string | undefined;
  archive: ArchiveLinks;
  logo: string | undefined;
  /** How long a reader may wait before it asks again. */
  ttlMinutes: number;
};

/** RFC 5005, section 4. */
export type ArchiveLinks = {
  /** The document is a part of the archive. */
  isPart: boolean;
  /** The subscription document that it belongs to. */
  currentUrl: string;
  /** Older articles. */
  prevUrl: string | undefined;
  /** Newer ones. */
  nextUrl: string | undefined;
};

/** `articles` are those of the feed: a tag or an author is called as they call it. */
export function feedInfo(
  config: Config,
  address: FeedAddress,
  articles: Article[],
  { older, newer }: { older?: ArchivePart | undefined; newer?: ArchivePart | undefined } = {},
): FeedInfo {
  const { publication, baseUrl } = config;
  const { selector, format } = address;
  const partUrl = (archive: ArchivePart | undefined) =>
    archive && `${baseUrl}${documentPath({ selector, format, archive })}`;
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
    selfUrl: `${baseUrl}${documentPath(address)}`,
    hubUrl: hubUrl(baseUrl, address),
    archive: {
      isPart: address.archive !== undefined,
      currentUrl: feedUrl(baseUrl, selector, format),
      prevUrl: partUrl(older),
      nextUrl: partUrl(newer),
    },
    logo: publication.logo,
    ttlMinutes: publication.feeds.maxAgeMinutes,
  };
}

/** The links of a feed's head, as Atom has them; RSS borrows the element. */
export function headLinks({ selfUrl, hubUrl, archive }: FeedInfo): { rel: string; href: string }[] {
  const { isPart, currentUrl, prevUrl, nextUrl } = archive;
  return [
    { rel: 'self', href: selfUrl },
    ...(hubUrl ? [{ rel: 'hub', href: hubUrl }] : []),
    ...(isPart ? [{ rel: 'current', href: currentUrl }] : []),
    ...(prevUrl ? [{ rel: 'prev-archive', href: prevUrl }] : []),
    ...(nextUrl ? [{ rel: 'next-archive', href: nextUrl }] : []),
  ];
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
