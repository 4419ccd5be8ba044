import { Feed } from 'feed';
import type { FeedEntry } from './feed-entry.ts';
import { type FeedInfo, headLinks } from './feed-info.ts';
import { attributes, libraryText, text } from './xml.ts';

/**
 * RSS 2.0. The library makes the channel, links, dates, categories and content. What it does wrong or not at all, its
 * own extension members say: one named like an element of the item replaces it.
 */
export function renderRss(info: FeedInfo, entries: FeedEntry[], lastModified: number): string {
  const feed = new Feed({
    title: libraryText(info.title),
    description: libraryText(info.description),
    link: info.homeUrl,
    ttl: info.ttlMinutes,
    // Without it the library writes the time of rendering.
    updated: new Date(lastModified),
    generator: 'Broadsheet',
    ...(info.language && { language: info.language }),
    ...(info.logo && { image: info.logo }),
  });
  feed.addExtension({ name: '_attributes', objects: NAMESPACES });
  feed.addExtension({
    name: 'atom:link',
    objects: headLinks(info).map(attributes) as unknown as Record<string, unknown>,
  });
  if (info.archive.isPart) feed.addExtension({ name: 'fh:archive', objects: {} });
  for (const entry of entries) {
    feed.addItem({
      title: '',
      link: '',
      guid: libraryText(entry.guid),
      date: new Date(entry.published),
      content: entry.html,
      category: entry.categories.map((name) => ({ name: libraryText(name) })),
      extensions: complements(entry),
    });
  }
  return feed.rss2();
}

const NAMESPACES = attributes({
  'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
  'xmlns:media': 'http://search.yahoo.com/mrss/',
  'xmlns:atom': 'http://www.w3.org/2005/Atom',
  'xmlns:fh': 'http://purl.org/syndication/history/1.0',
})._attributes;

function complements(entry: FeedEntry): { name: string; objects: Record<string, unknown> }[] {
  const parts: Record<string, object | undefined> = {
    // RSS does not say whether a title is HTML; its Advisory Board's profile asks for plain text.
    title: text(entry.title),
    // A description is HTML (RSS 2.0, "Elements of <item>"), so plain text is escaped once more.
    description: entry.summary === undefined ? undefined : text(escapeHtml(entry.summary)),
    // <author> wants a mail address; a name goes here (RSS Advisory Board's profile).
    'dc:creator': entry.authors.map(({ name }) => text(name)),
    'dc:language': text(entry.language),
    enclosure:
      entry.audio && attributes({ url: entry.audio.url, length: entry.audio.bytes, type: entry.audio.type }),
    comments: entry.commentsUrl === undefined ? undefined : text(entry.commentsUrl),
    'media:content': entry.image && mediaContent(entry.image),
    'atom:link': [
      ...entry.translations.map(({ href, language }) =>
        attributes({ rel: 'alternate', href, hreflang: language }),
      ),
      ...entry.related.map(({ title, url }) => attributes({ rel: 'related', href: url, title })),
    ],
    // Behind the alternates: Python's feedparser opens the last of them all.
    link: text(entry.link),
  };
  return Object.entries(parts).flatMap(([name, objects]) =>
    objects ? { name, objects: objects as Record<string, unknown> } : [],
  );
}

/** Media RSS 1.5.1: the photo, what it shows, and whom to credit for it. */
function mediaContent(image: NonNullable<FeedEntry['image']>): Record<string, unknown> {
  const { url, type, width, height, bytes, caption, credit } = image;
  return {
    ...attributes({ url, medium: 'image', type, width, height, fileSize: bytes }),
    ...(caption && { 'media:description': { ...attributes({ type: 'plain' }), ...text(caption) } }),
    ...(credit && { 'media:credit': text(credit) }),
  };
}

function escapeHtml(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
