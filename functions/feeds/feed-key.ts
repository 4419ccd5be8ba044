import type { Article } from '../articles/article.ts';
import { publicationLanguage } from '../articles/language.ts';
import { slugOf } from '../articles/slug.ts';

/**
 * Which articles a feed has. Its key names the partition of its pointers; its path is where it is served.
 *
 *   {}                                         *          /
 *   { language: 'en' }                         en         /en/
 *   { section: 'politics' }                    s/politics /sections/politics/
 *   { tag: 'lopez-obrador' }                   t/…        /tags/lopez-obrador/
 *   { author: 'ana-ruiz' }                     a/…        /authors/ana-ruiz/
 *   { language: 'en', section: 'politics' }    en/politics /en/sections/politics/
 */
export type FeedSelector = {
  language?: string | undefined;
  section?: string | undefined;
  tag?: string | undefined;
  author?: string | undefined;
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

/** Short, since every pointer carries it. */
export function feedKey({ language, section, tag, author }: FeedSelector): string {
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
  return `${baseUrl}${feedPath(selector)}${FORMAT_FILES[format]}`;
}

/** Every feed that an article is in. `languages` are the publication's. */
export function feedsOf(
  article: Pick<Article, 'language' | 'section' | 'tags' | 'authors'>,
  languages: string[],
): string[] {
  const language = publicationLanguage(article.language, languages);
  const section = slugOf(article.section);
  const selectors: FeedSelector[] = [
    {},
    { language },
    ...(section ? [{ section }, { language, section }] : []),
    ...article.tags.map((tag) => ({ tag: slugOf(tag) })).filter(({ tag }) => tag !== ''),
    ...article.authors.map(({ name }) => ({ author: slugOf(name) })).filter(({ author }) => author !== ''),
  ];
  return [...new Set(selectors.map(feedKey))];
}
