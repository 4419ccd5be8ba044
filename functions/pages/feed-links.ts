import { html } from 'hono/html';
import type { Article } from '../articles/article.ts';
import type { NamedBy } from '../feeds/feed-info.ts';
import {
  documentPath,
  type FeedAddress,
  type FeedFormat,
  type FeedSelector,
  FORMAT_TYPES,
  formatsOf,
} from '../feeds/feed-key.ts';
import { publicationLanguage, sectionName } from '../settings/publication.ts';
import { languageName } from '../shared/locale.ts';
import { shorten, slugOf } from '../shared/text.ts';
import { type Html, type PageContext, settingText } from './page-context.ts';

export const FORMAT_NAMES: Record<FeedFormat, string> = { rss: 'RSS', atom: 'Atom', json: 'JSON' };
/** How many characters of a name are shown. A name may have a thousand. */
const MAX_NAME = 80;

/**
 * Returns the name of a feed in a list of feeds. The names of tags, of authors and of sections that the settings do not
 * know are taken from `articles`, because an address has only their slugs.
 */
export function feedName(
  context: PageContext,
  { language, section, tag, author, podcast }: FeedSelector,
  articles: NamedBy[] = [],
): string {
  const written = (names: string[], slug: string) =>
    shorten(names.find((name) => slugOf(name) === slug) ?? slug, MAX_NAME);
  if (tag)
    return written(
      articles.flatMap((article) => article.tags),
      tag,
    );
  if (author)
    return written(
      articles.flatMap(({ authors }) => authors.map(({ name }) => name)),
      author,
    );
  const { publication } = context.config;
  const guest = written(
    articles.map((article) => article.section),
    section ?? '',
  );
  const part = podcast
    ? context.phrases('page.feeds.podcast')
    : section &&
      sectionName(publication, guest, publicationLanguage(context.language, publication.languages));
  return (
    [part, language && languageName(language)].filter(Boolean).join(', ') || context.phrases('page.feeds.all')
  );
}

/** Returns the feeds that every page names: the feed of everything, the feed of its language, and the podcast. */
export function siteFeeds({ config, language }: PageContext): FeedSelector[] {
  const { languages, podcast } = config.publication;
  const own = publicationLanguage(language, languages);
  const inOwn = languages.length > 1 && languages.includes(own) ? { language: own } : {};
  return [{}, { language: own }, ...(podcast ? [{ ...inOwn, podcast: true } as const] : [])];
}

/**
 * Returns the links by which a feed reader finds the feeds of a page. Each feed is named once in each of its formats.
 * Many programs take the first link. That is the feed of everything or, on the page of a feed (`own`), that feed in the
 * format that was asked for.
 */
export function headFeeds(
  context: PageContext,
  selectors: FeedSelector[],
  articles: Article[] = [],
  own?: FeedAddress,
): Html[] {
  const site = settingText(context, context.config.publication.name);
  const documents: FeedAddress[] = (own ? [own.selector, ...selectors] : selectors).flatMap((selector) =>
    formatsOf(selector).map((format) => ({ selector, format })),
  );
  const byPath = new Map([...(own ? [own] : []), ...documents].map((each) => [documentPath(each), each]));
  return [...byPath].map(([path, { selector, format }]) => {
    const title = `${site}: ${feedName(context, selector, articles)} (${FORMAT_NAMES[format]})`;
    return html`<link rel="alternate" type="${FORMAT_TYPES[format]}" title="${title}" href="${path}">
`;
  });
}

/** Adds the links to feeds that every page has to the HTML of a mail, which is shown as a page on the web. */
export async function withHeadFeeds(context: PageContext, mail: string): Promise<string> {
  const links = String(await html`${headFeeds(context, siteFeeds(context))}`);
  return mail.replace('</head>', () => `${links}</head>`);
}

/** Returns the links to one feed, one for each format. A screen reader also reads the feed's name in each link. */
export function formatLinks(selector: FeedSelector, name: string, formats = formatsOf(selector)): Html[] {
  return formats.map(
    (format) =>
      html`<a href="${documentPath({ selector, format })}" type="${FORMAT_TYPES[format]}">${FORMAT_NAMES[format]}<span class="unseen">: ${name}</span></a>`,
  );
}
