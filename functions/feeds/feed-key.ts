import type { Article } from '../articles/article.ts';
import { podcastType } from '../articles/podcast-audio.ts';
import { type Publication, publicationLanguage } from '../settings/publication.ts';
import { slugOf } from '../shared/text.ts';

/**
 * A selector says which articles a feed has. The key of the feed names the partition of its pointers in the table, and
 * the path is the folder in which it is served.
 *
 *   {}                                         *          /
 *   { language: 'en' }                         en         /en/
 *   { section: 'politics' }                    s/politics /sections/politics/
 *   { tag: 'lopez-obrador' }                   t/…        /tags/lopez-obrador/
 *   { author: 'ana-ruiz' }                     a/…        /authors/ana-ruiz/
 *   { language: 'en', section: 'politics' }    en/politics /en/sections/politics/
 *   { podcast: true }                          p/*        /podcast.xml
 *   { podcast: true, language: 'en' }          p/en       /en/podcast.xml
 */
export type FeedSelector = {
  language?: string | undefined;
  section?: string | undefined;
  tag?: string | undefined;
  author?: string | undefined;
  /** Selects the articles with audio that podcast players can play. Players read RSS, so there is no other format. */
  podcast?: true | undefined;
};

export const FORMATS = ['rss', 'atom', 'json'] as const;
export type FeedFormat = (typeof FORMATS)[number];

export const FORMAT_FILES: Record<FeedFormat, string> = {
  rss: 'rss.xml',
  atom: 'atom.xml',
  json: 'feed.json',
};
/**
 * The media types of the formats (RFC 4287, section 7; JSON Feed 1.1, "Suggestions for publishers"). The type of RSS is
 * not registered, but feed readers know it.
 */
export const FORMAT_TYPES: Record<FeedFormat, string> = {
  rss: 'application/rss+xml',
  atom: 'application/atom+xml',
  json: 'application/feed+json',
};

export const PODCAST_FILE = 'podcast.xml';

/** Returns the format of a document by the name of its file. A podcast is RSS. */
export function formatOfFile(file: string): FeedFormat | undefined {
  return file === PODCAST_FILE ? 'rss' : FORMATS.find((format) => FORMAT_FILES[format] === file);
}

export function formatsOf({ podcast }: FeedSelector): readonly FeedFormat[] {
  return podcast ? ['rss'] : FORMATS;
}

/**
 * A language in a path: two or three letters, and further subtags (BCP 47). Longer words are the names of other pages.
 */
export const LANGUAGE_PATTERN = '[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*';

/**
 * Names a document: the subscription document of a feed in a format, which has the newest articles, or a part of the
 * feed's archive (RFC 5005, section 4).
 */
export type FeedAddress = { selector: FeedSelector; format: FeedFormat; archive?: ArchivePart | undefined };

/**
 * A part of an archive: as many articles of a month (`yyyy-mm`, UTC) as make a document. It begins with the newest
 * article that is older than the position `before`, or with the newest article of the month if there is no `before`.
 */
export type ArchivePart = { month: string; before?: Position | undefined };

/**
 * The position of an article in a feed: its date (ISO 8601) and its id. Positions sort as the articles of the feed do.
 */
export type Position = `${string}#${string}`;

/** Returns the month in whose archive an article is: `2026-11`. */
export function monthOf({ publishedAt }: { publishedAt: string }): string {
  return publishedAt.slice(0, 7);
}

export function positionOf({ publishedAt, id }: { publishedAt: string; id: string }): Position {
  return `${publishedAt}#${id}`;
}

/** Returns the key of a feed. It is short, because every pointer carries it. */
export function feedKey({ language, section, tag, author, podcast }: FeedSelector): string {
  if (podcast) return `p/${language ?? '*'}`;
  if (language && section) return `${language}/${section}`;
  if (section) return `s/${section}`;
  if (tag) return `t/${tag}`;
  if (author) return `a/${author}`;
  return language ?? '*';
}

/** Returns the folder of a feed's documents, with a slash at both ends. */
export function feedPath({ language, section, tag, author }: FeedSelector): string {
  const part = (name: string, value: string | undefined) =>
    value ? `${name}/${encodeURIComponent(value)}/` : '';
  return `/${language ? `${language}/` : ''}${part('sections', section)}${part('tags', tag)}${part('authors', author)}`;
}

export function feedUrl(baseUrl: string, selector: FeedSelector, format: FeedFormat): string {
  return `${baseUrl}${documentPath({ selector, format })}`;
}

export function documentPath({ selector, format, archive }: FeedAddress): string {
  const file = selector.podcast ? PODCAST_FILE : FORMAT_FILES[format];
  return `${feedPath(selector)}${archive ? archivePath(archive) : ''}${file}`;
}

function archivePath({ month, before }: ArchivePart): string {
  return `archive/${month}/${before ? `${before.replace('#', '-')}/` : ''}`;
}

const MONTH = /^[1-9]\d{3}-(?:0[1-9]|1[0-2])$/;
/** A position as `archivePath` writes it. The date always has the same length, so the id begins after it. */
const BEFORE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)-([\x21-\x7e]{1,128})$/;

/** Returns the part of an archive that a path names, or undefined if the path is malformed. */
export function archivePart(month: string, before: string | undefined): ArchivePart | undefined {
  if (!MONTH.test(month)) return undefined;
  if (before === undefined) return { month };
  const [, publishedAt, id] = BEFORE.exec(before) ?? [];
  if (!publishedAt?.startsWith(month) || !id) return undefined;
  return { month, before: `${publishedAt}#${id}` };
}

/** The fields of an article that decide which feeds it is in. */
export type InFeeds = Pick<Article, 'language' | 'section' | 'tags' | 'authors' | 'audio'>;

/** Returns the key of every feed that an article is in. `languages` are the languages of the publication. */
export function feedsOf(article: InFeeds, languages: string[]): string[] {
  return [...new Set(selectorsOf(article, languages).map(feedKey))];
}

/**
 * Returns the selectors of the feeds that an article is in. If two tags or authors share a slug, its selector occurs
 * twice.
 */
export function selectorsOf(article: InFeeds, languages: string[]): FeedSelector[] {
  const language = publicationLanguage(article.language, languages);
  const section = slugOf(article.section);
  return [
    {},
    { language },
    ...(section ? [{ section }, { language, section }] : []),
    ...article.tags.map((tag) => ({ tag: slugOf(tag) })).filter(({ tag }) => tag !== ''),
    ...article.authors.map(({ name }) => ({ author: slugOf(name) })).filter(({ author }) => author !== ''),
    ...(article.audio && podcastType(article.audio)
      ? [{ podcast: true } as const, { podcast: true, language } as const]
      : []),
  ];
}

/**
 * Returns the feeds of stories in all languages: the feed of everything, the podcast, and the feed of each section. The
 * feeds that the settings name exist without a story, and lists show them in this order. Feeds of tags, of authors, and
 * of other languages and sections exist only if there are stories in them (`recent-feeds.ts`).
 */
export function feedsInAllLanguages(publication: Publication): FeedSelector[] {
  return configuredFeeds(publication, {});
}

/** Returns the same feeds for the stories in one language. */
export function feedsInLanguage(publication: Publication, language: string): FeedSelector[] {
  return configuredFeeds(publication, { language });
}

/**
 * Returns the languages whose feeds are listed. A publication in one language has none, because these feeds would have
 * the same stories as the feeds of all languages.
 */
export function feedLanguages({ languages }: Publication): string[] {
  return languages.length > 1 ? languages : [];
}

/** Checks whether the settings name the language and the section of a feed, so that the feed exists without a story. */
export function isConfigured(
  { languages, sections }: Publication,
  { language, section, tag, author }: FeedSelector,
): boolean {
  if (tag || author) return false;
  if (language && !languages.includes(language)) return false;
  return !section || sections.some(({ slug }) => slug === section);
}

function configuredFeeds({ sections, podcast }: Publication, whole: FeedSelector): FeedSelector[] {
  return [
    whole,
    ...(podcast ? [{ ...whole, podcast: true } as const] : []),
    ...sections.map(({ slug }) => ({ ...whole, section: slug })),
  ];
}
