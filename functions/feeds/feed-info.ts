import type { Article } from '../articles/article.ts';
import { sectionName } from '../articles/section-name.ts';
import type { Config } from '../config.ts';
import type { PodcastSettings } from '../settings/podcast.ts';
import { inLanguage, type Publication } from '../settings/publication.ts';
import { slugOf } from '../shared/slug.ts';
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
  /** Of the head's own texts. */
  headLanguage: string;
  author: string;
  homeUrl: string;
  selfUrl: string;
  /** The WebSub hub that tells of changes; an archive has none. */
  hubUrl: string | undefined;
  archive: ArchiveLinks;
  logo: string | undefined;
  favicon: string | undefined;
  podcast: PodcastHead | undefined;
  /** How long a reader may wait before it asks again; an archive is not asked again. */
  ttlMinutes: number | undefined;
};

/** What podcast players are told of a feed that has something for them. */
export type PodcastHead = Omit<PodcastSettings, 'title' | 'description' | 'copyright'> & {
  copyright: string;
  /** The feed is the podcast itself. */
  isAlone: boolean;
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

/** An article of a feed: a tag, an author or a guest section is called as this one calls it. */
export type NamedBy = Pick<Article, 'section' | 'tags' | 'authors'>;

export function feedInfo(
  config: Config,
  address: FeedAddress,
  namedBy?: NamedBy,
  { older, newer }: { older?: ArchivePart | undefined; newer?: ArchivePart | undefined } = {},
): FeedInfo {
  const { publication, baseUrl } = config;
  const { selector, format } = address;
  const partUrl = (archive: ArchivePart | undefined) =>
    archive && `${baseUrl}${documentPath({ selector, format, archive })}`;
  const [first = ''] = publication.languages;
  // A podcast has a language (Apple requires it); one in several has that of its head.
  const isOfOne = publication.languages.length === 1 || selector.podcast;
  const language = selector.language ?? (isOfOne ? first : undefined);
  const name = inLanguage(publication.name, language, publication);
  const { podcast } = publication;
  return {
    ...titlesOf(publication, selector, language, namedBy),
    language,
    headLanguage: language && publication.languages.includes(language) ? language : first,
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
    logo: selector.podcast ? podcast?.image : publication.logo,
    favicon: publication.favicon,
    podcast: podcast && {
      ...podcast,
      copyright: inLanguage(podcast.copyright, language, publication),
      isAlone: selector.podcast === true,
    },
    ttlMinutes: address.archive ? undefined : publication.feeds.maxAgeMinutes,
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

function titlesOf(
  publication: Publication,
  selector: FeedSelector,
  language: string | undefined,
  namedBy: NamedBy | undefined,
): Pick<FeedInfo, 'title' | 'description'> {
  const { podcast } = publication;
  const shown = selector.podcast && podcast ? { ...podcast, name: podcast.title } : publication;
  const name = inLanguage(shown.name, language, publication);
  const part = partName(publication, selector, language, namedBy);
  return {
    title: part ? `${name}: ${part}` : name,
    description: inLanguage(shown.description, language, publication),
  };
}

function partName(
  publication: Publication,
  { section, tag, author }: FeedSelector,
  language: string | undefined,
  namedBy: NamedBy | undefined,
): string | undefined {
  const written = (names: string[] = [], slug: string) => names.find((name) => slugOf(name) === slug) ?? slug;
  if (section) return sectionName(publication, written(namedBy && [namedBy.section], section), language);
  if (tag) return written(namedBy?.tags, tag);
  if (author) {
    const names = namedBy?.authors.map(({ name }) => name);
    return written(names, author);
  }
  return undefined;
}
