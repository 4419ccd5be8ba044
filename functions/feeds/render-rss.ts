import { Feed } from 'feed';
import { podcastType } from '../articles/podcast-audio.ts';
import { type FeedEntry, type FeedInfo, headLinks, type PodcastHead } from './feed-info.ts';
import { asEpisode, podcastHead, podcastParts } from './render-podcast.ts';
import { cdata, completed, element, libraryText, photo, textElement } from './xml.ts';

/**
 * Writes RSS 2.0. The `feed` library writes the channel. The library supports too little of an item and writes the
 * elements in an unsuitable order, so we write the items.
 */
export function renderRss(info: FeedInfo, entries: FeedEntry[], lastModified: number): string {
  const items = info.podcast?.isAlone ? entries.map(asEpisode) : entries;
  const podcast = isForPlayers(info, items) ? info.podcast : undefined;
  const feed = new Feed({
    title: libraryText(info.title),
    description: libraryText(info.description),
    link: info.homeUrl,
    ...(info.ttlMinutes && { ttl: info.ttlMinutes }),
    // Without this date the library writes the time of rendering.
    updated: new Date(lastModified),
    generator: 'Broadsheet',
    ...(info.language && { language: info.language }),
    ...(info.logo && { image: libraryText(info.logo) }),
    ...(podcast?.isAlone && { copyright: libraryText(podcast.copyright) }),
  });
  return completed(feed.rss2(), {
    root: 'rss',
    attributes: {
      // A channel in several languages has no <language>, but its own texts are in one language.
      'xml:lang': info.headLanguage,
      'xmlns:atom': 'http://www.w3.org/2005/Atom',
      'xmlns:content': 'http://purl.org/rss/1.0/modules/content/',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      'xmlns:fh': 'http://purl.org/syndication/history/1.0',
      'xmlns:itunes': podcast && 'http://www.itunes.com/dtds/podcast-1.0.dtd',
      'xmlns:media': 'http://search.yahoo.com/mrss/',
    },
    within: 'channel',
    content: [
      ...headLinks(info).map((link) => element('atom:link', link)),
      info.archive.isPart ? element('fh:archive', {}) : '',
      podcast ? podcastHead(podcast, info.author) : '',
      ...items.map((item) => itemOf(item, podcast)),
    ],
  });
}

/**
 * Checks whether a feed has Apple's elements. Validators and feed readers take a channel with one of them for a
 * podcast, and then they expect all of them.
 */
function isForPlayers({ podcast }: FeedInfo, entries: FeedEntry[]): boolean {
  return podcast?.isAlone === true || entries.some(({ audio }) => audio && podcastType(audio));
}

function itemOf(entry: FeedEntry, podcast: PodcastHead | undefined): string {
  const { audio, commentsUrl, translations, related } = entry;
  const parts = [
    // RSS does not say whether a title is HTML. The profile of the RSS Advisory Board asks for plain text.
    textElement('title', entry.title),
    textElement('guid', entry.guid, { isPermaLink: 'false' }),
    textElement('pubDate', new Date(entry.published).toUTCString()),
    // The description is HTML (RSS 2.0, "Elements of <item>"). The profile wants it before the full content.
    element('description', {}, cdata(htmlOf(entry.excerpt))),
    entry.html === undefined ? '' : element('content:encoded', {}, cdata(entry.html)),
    // <author> must have a mail address, so names go into dc:creator (profile of the RSS Advisory Board).
    ...entry.authors.map(({ name }) => textElement('dc:creator', name)),
    ...entry.contributors.map(({ name }) => textElement('dc:contributor', name)),
    textElement('dc:language', entry.language),
    ...entry.categories.map((name) => textElement('category', name)),
    audio ? element('enclosure', { url: audio.url, length: audio.bytes, type: audio.type }) : '',
    audio && podcast ? podcastParts(entry, podcast) : '',
    textElement('comments', commentsUrl),
    entry.image ? photo(entry.image) : '',
    ...translations.map(({ href, language }) =>
      element('atom:link', { rel: 'alternate', href, hreflang: language }),
    ),
    ...related.map(({ title, url }) => element('atom:link', { rel: 'related', href: url, title })),
    // The link comes after the alternates, because Python's feedparser opens the last link of an item.
    textElement('link', entry.link),
  ];
  return element('item', { 'xml:lang': entry.language }, parts.join(''));
}

/** Escapes plain text as HTML. Quotes are left alone for feed readers that show the text without reading it as HTML. */
function htmlOf(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
