import { Feed } from 'feed';
import type { Author } from '../articles/article.ts';
import { type FeedEntry, type FeedInfo, headLinks } from './feed-info.ts';
import { cdata, completed, element, libraryText, photo, textElement } from './xml.ts';

/** An entry that left the feed (RFC 6721). `when` is ISO 8601. */
export type Tombstone = { guid: string; when: string };

/**
 * Writes Atom (RFC 4287). The `feed` library writes the head. The library supports too little of an entry and no
 * extensions, so we write the entries.
 */
export function renderAtom(
  info: FeedInfo,
  entries: FeedEntry[],
  tombstones: Tombstone[],
  lastModified: number,
): string {
  const feed = new Feed({
    id: info.archive.currentUrl,
    title: libraryText(info.title),
    description: libraryText(info.description),
    link: info.homeUrl,
    updated: new Date(lastModified),
    generator: 'Broadsheet',
    // A feed must have an author unless all of its entries have one (section 4.1.1). So the publication is its author.
    author: { name: libraryText(info.author) },
    ...(info.logo && { image: libraryText(info.logo) }),
    ...(info.favicon && { favicon: libraryText(info.favicon) }),
  });
  return completed(feed.atom1(), {
    root: 'feed',
    attributes: {
      'xml:lang': info.headLanguage,
      'xmlns:fh': 'http://purl.org/syndication/history/1.0',
      'xmlns:media': 'http://search.yahoo.com/mrss/',
      // Validators warn of a namespace that they do not know, so it is declared only if it is used.
      'xmlns:at': tombstones.length > 0 ? 'http://purl.org/atompub/tombstones/1.0' : undefined,
    },
    within: 'feed',
    content: [
      info.archive.isPart ? element('fh:archive', {}) : '',
      ...headLinks(info).map((link) => element('link', link)),
      ...entries.map(entryOf),
      ...tombstones.map(({ guid, when }) => element('at:deleted-entry', { ref: guid, when })),
    ],
  });
}

function entryOf(entry: FeedEntry): string {
  const { title, excerpt, html, link, categories, audio, commentsUrl, related, translations } = entry;
  const page = (href: string, hreflang: string) =>
    element('link', { rel: 'alternate', href, hreflang, type: 'text/html' });
  const parts = [
    textElement('id', entry.guid),
    textElement('title', title, { type: 'text' }),
    textElement('published', entry.published),
    textElement('updated', entry.updated),
    ...entry.authors.map((author) => person('author', author)),
    ...entry.contributors.map((contributor) => person('contributor', contributor)),
    // Most feed readers open the first alternate. Some find it only if its `rel` is written out.
    page(link, entry.language),
    // Alternates of one type must differ in hreflang (section 4.1.2).
    ...translations.map(({ href, language }) => page(href, language)),
    // Python's feedparser opens the last alternate, so the story's own link comes last again.
    translations.length > 0 ? element('link', { href: link }) : '',
    audio
      ? element('link', { rel: 'enclosure', href: audio.url, type: audio.type, length: audio.bytes, title })
      : '',
    // The link to the page with the comments (RFC 4685, section 4).
    commentsUrl ? element('link', { rel: 'replies', href: commentsUrl, type: 'text/html' }) : '',
    ...related.map(({ title, url }) => element('link', { rel: 'related', href: url, title })),
    ...categories.map((term) => element('category', { term })),
    // An entry without content should have a summary (section 4.1.1.1).
    textElement('summary', html === undefined ? excerpt : entry.summary, { type: 'text' }),
    html === undefined ? '' : element('content', { type: 'html' }, cdata(html)),
    entry.image ? photo(entry.image) : '',
  ];
  return element('entry', { 'xml:lang': entry.language }, parts.join(''));
}

function person(name: 'author' | 'contributor', { name: called, url }: Author): string {
  return element(name, {}, textElement('name', called) + textElement('uri', url));
}
