import { type Article, type Author, guidOf, linkOf } from '../articles/article.ts';
import { excerptOf } from '../articles/excerpt.ts';
import type { Config } from '../config.ts';
import type { PodcastSettings } from '../settings/podcast.ts';
import { inLanguage, type Publication, sectionName } from '../settings/publication.ts';
import { laterOf } from '../shared/clock.ts';
import { escapeMarkup, shorten, slugOf } from '../shared/text.ts';
import {
  type ArchivePart,
  documentPath,
  type FeedAddress,
  type FeedSelector,
  feedPath,
  feedUrl,
} from './feed-key.ts';

/** The content of a feed before it is written in a format: its head and its entries. */

/** The head of a feed. */
export type FeedInfo = {
  title: string;
  description: string;
  /** The language of all stories. It is absent if the feed has stories in several languages. */
  language: string | undefined;
  /** The language of the texts in the head. */
  headLanguage: string;
  author: string;
  homeUrl: string;
  selfUrl: string;
  /** The WebSub hub that announces changes. An archive has none. */
  hubUrl: string | undefined;
  archive: ArchiveLinks;
  logo: string | undefined;
  favicon: string | undefined;
  podcast: PodcastHead | undefined;
  /**
   * How long a feed reader may wait before it asks again. An archive has no such time, because feed readers do not poll
   * it.
   */
  ttlMinutes: number | undefined;
};

/** What podcast players need to know about a feed with audio. */
export type PodcastHead = Omit<PodcastSettings, 'title' | 'description' | 'copyright'> & {
  copyright: string;
  /** True if the feed is the podcast, and false if it is another feed with some audio in it. */
  isAlone: boolean;
};

/** The links between the documents of an archive (RFC 5005, section 4). */
export type ArchiveLinks = {
  /** True if the document is a part of the archive. */
  isPart: boolean;
  /** The URL of the feed's subscription document, which has its newest articles. */
  currentUrl: string;
  /** The URL of the document with the next older articles. */
  prevUrl: string | undefined;
  /** The URL of the document with the next newer articles. */
  nextUrl: string | undefined;
};

/**
 * The newest article of a feed. The feed of a tag, of an author, or of a section that the settings do not have takes
 * its name as this article writes it.
 */
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
  // Apple requires that a podcast has a language. A podcast in several languages has the language of its head.
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

/** Returns the links in the head of a feed. They are links of Atom, and RSS uses the same element. */
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

/** Returns the WebSub hub of a document. Archives have none, because nobody waits for changes of the past. */
export function hubUrl(baseUrl: string, { archive }: FeedAddress): string | undefined {
  return archive ? undefined : `${baseUrl}/websub`;
}

/**
 * An article for all formats. `html` is HTML and all other text is plain text, URLs are absolute, times are ISO 8601.
 */
export type FeedEntry = {
  guid: string;
  link: string;
  title: string;
  /** The summary that an editor wrote. Newsrooms call it the dek. */
  summary: string | undefined;
  /** The summary, or else the beginning of the text, or else the title. It is never empty. */
  excerpt: string;
  /** The text. It is absent in a feed of summaries. */
  html: string | undefined;
  language: string;
  published: string;
  updated: string;
  authors: Author[];
  contributors: Author[];
  /** The section's name, then the tags. */
  categories: string[];
  image: Article['image'];
  audio: Article['audio'];
  commentsUrl: string | undefined;
  related: Article['related'];
  translations: { language: string; href: string }[];
};

/** The most characters of an excerpt. */
const MAX_EXCERPT = 300;

export function feedEntry(
  article: Article,
  options: {
    baseUrl: string;
    idAuthority: string;
    content: 'full' | 'summary';
    sectionName: (section: string) => string;
  },
): FeedEntry {
  return {
    guid: guidOf(article.id, options.idAuthority),
    link: linkOf(article, options.baseUrl),
    title: article.title,
    summary: article.summary || undefined,
    excerpt: article.summary || shorten(excerptOf(article.html), MAX_EXCERPT) || article.title,
    html: options.content === 'full' ? withLeadPhoto(article) : undefined,
    language: article.language,
    published: article.publishedAt,
    // A story may be written before the date of its publication, but an entry must not say that it was updated before
    // that.
    updated: laterOf(article.updatedAt, article.publishedAt),
    authors: article.authors,
    contributors: article.contributors ?? [],
    categories: [...new Set([options.sectionName(article.section), ...article.tags].filter(Boolean))],
    image: article.image,
    audio: article.audio,
    commentsUrl: article.commentsUrl,
    related: article.related,
    translations: (article.translations ?? []).map((translation) => ({
      language: translation.language,
      href: linkOf(translation, options.baseUrl),
    })),
  };
}

/**
 * Puts the lead photo with its caption and credit before the text, unless the text has the photo already. Most feed
 * readers show the text and nothing else, and a photo must not be shown without its credit.
 */
function withLeadPhoto({ html, image }: Article): string {
  // In the URLs of sanitised HTML only `&` is escaped. The other characters that `escapeMarkup` escapes do not occur in
  // a URL, or the sanitiser leaves them as they are.
  if (!image || html.includes(image.url.replaceAll('&', '&amp;'))) return html;
  const size = (name: 'width' | 'height') => (image[name] ? ` ${name}="${image[name]}"` : '');
  const caption = [image.caption, image.credit]
    .filter(Boolean)
    .map((text) => escapeMarkup(text ?? ''))
    .join(' — ');
  const picture = `<img src="${escapeMarkup(image.url)}" alt="${escapeMarkup(image.alt)}"${size('width')}${size('height')} />`;
  return `<figure>${picture}${caption && `<figcaption>${caption}</figcaption>`}</figure>${html}`;
}
