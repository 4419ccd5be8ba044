import type { Article } from '../articles/article.ts';
import { podcastType } from '../articles/podcast-audio.ts';
import { type Publication, publicationLanguage } from '../settings/publication.ts';
import { slugOf } from '../shared/text.ts';

/**
 * Which articles a feed has. Its key names the partition of its pointers; its path is where it is served.
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
  /** Only articles with an audio version that podcast players play. It has one document, RSS: what they read. */
  podcast?: true | undefined;
};

export const FORMATS = ['rss', 'atom', 'json'] as const;
export type FeedFormat = (typeof FORMATS)[number];

export const FORMAT_FILES: Record<FeedFormat, string> = {
  rss: 'rss.xml',
  atom: 'atom.xml',
  json: 'feed.json',
};
/** RFC 4287, section 7; JSON Feed 1.1, "Suggestions for publishers". RSS has no registration; this is what readers know. */
export const FORMAT_TYPES: Record<FeedFormat, string> = {
  rss: 'application/rss+xml',
  atom: 'application/atom+xml',
  json: 'application/feed+json',
};

export const PODCAST_FILE = 'podcast.xml';

export function formatsOf({ podcast }: FeedSelector): readonly FeedFormat[] {
  return podcast ? ['rss'] : FORMATS;
}

/** A language of a path: two or three letters, and what may follow them (BCP 47). Longer names are other pages. */
export const LANGUAGE_PATTERN = '[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*';

/**
 * Where a document stands: the subscription document of a feed in a format, or a part of its archive (RFC 5005,
 * section 4).
 */
export type FeedAddress = { selector: FeedSelector; format: FeedFormat; archive?: ArchivePart | undefined };

/** The articles of a month (`yyyy-mm`, UTC) below a place in it, as many as make a document; undefined: its newest. */
export type ArchivePart = { month: string; before?: Position | undefined };

/** The place of an article in a feed: its date (ISO 8601), and its id where dates are the same. Sorts as the feed does. */
export type Position = `${string}#${string}`;

/** The month that an article is archived under, `2026-11`. */
export function monthOf({ publishedAt }: { publishedAt: string }): string {
  return publishedAt.slice(0, 7);
}

export function positionOf({ publishedAt, id }: { publishedAt: string; id: string }): Position {
  return `${publishedAt}#${id}`;
}

/** Short, since every pointer carries it. */
export function feedKey({ language, section, tag, author, podcast }: FeedSelector): string {
  if (podcast) return `p/${language ?? '*'}`;
  if (language && section) return `${language}/${section}`;
  if (section) return `s/${section}`;
  if (tag) return `t/${tag}`;
  if (author) return `a/${author}`;
  return language ?? '*';
}

/** The folder of the feed's documents, with a slash at both ends. */
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
/** As `archivePath` writes it; the date's length never varies. */
const BEFORE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)-([\x21-\x7e]{1,128})$/;

/** The part that a path names; undefined where it names none. */
export function archivePart(month: string, before: string | undefined): ArchivePart | undefined {
  if (!MONTH.test(month)) return undefined;
  if (before === undefined) return { month };
  const [, publishedAt, id] = BEFORE.exec(before) ?? [];
  if (!publishedAt?.startsWith(month) || !id) return undefined;
  return { month, before: `${publishedAt}#${id}` };
}

/** Every feed that an article is in, by key. `languages` are the publication's. */
export function feedsOf(article: InFeeds, languages: string[]): string[] {
  return [...new Set(selectorsOf(article, languages).map(feedKey))];
}

/** What of an article decides which feeds it is in. */
export type InFeeds = Pick<Article, 'language' | 'section' | 'tags' | 'authors' | 'audio'>;

/** The same; where two tags or authors have one slug, it is there twice. */
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

/*
 * The feeds of the settings are there from the first day, in the order in which people look for them. Feeds of tags, of
 * authors, and of languages and sections that the settings lack come with articles (`recent-feeds.ts`).
 */

/** Feeds of stories in every language: all, the podcast, and each section. */
export function feedsInAllLanguages(publication: Publication): FeedSelector[] {
  return configuredFeeds(publication, {});
}

/** Feeds of stories in one language. A publication in a single language has the same stories in both kinds. */
export function feedsInLanguage(publication: Publication, language: string): FeedSelector[] {
  return configuredFeeds(publication, { language });
}

/** The languages that have feeds of their own. */
export function feedLanguages({ languages }: Publication): string[] {
  return languages.length > 1 ? languages : [];
}

/** Whether the settings name the language and the section of a feed, so that it is there without a story. */
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
