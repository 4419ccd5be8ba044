import { Feed } from 'feed';
import { escapeMarkup } from '../articles/text.ts';
import type { FeedEntry } from './feed-entry.ts';
import { type FeedInfo, headLinks } from './feed-info.ts';
import { element, libraryText } from './xml.ts';

/** An entry that left the feed (RFC 6721). `when` in ISO 8601. */
export type Tombstone = { guid: string; when: string };

/**
 * Atom (RFC 4287). The library makes the head and each entry's id, link, times, authors and content. It has no
 * extensions here, so the rest is written into the start of each entry.
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
    // 4.1.1: a feed has an author unless all of its entries have one.
    author: { name: libraryText(info.author) },
    ...(info.logo && { image: libraryText(info.logo) }),
  });
  for (const entry of entries) {
    feed.addItem({
      title: '',
      id: entry.guid,
      link: entry.link,
      date: new Date(entry.updated),
      published: new Date(entry.published),
      content: entry.html,
      author: entry.authors.map(({ name, url }) => ({ name: libraryText(name), ...(url && { link: url }) })),
    });
  }
  const [head = '', ...rest] = feed.atom1().split(ENTRY);
  if (rest.length !== entries.length || !head.includes(ROOT))
    throw new Error('the feed library writes Atom in another way than this version of render-atom.ts knows');
  const root = element('feed', { ...NAMESPACES, 'xml:lang': info.language }, '').replace('</feed>', '');
  const links = [
    info.archive.isPart ? element('fh:archive', {}) : '',
    ...headLinks(info).map((link) => element('link', link)),
  ].join('');
  const document = [
    head.replace(ROOT, `${root}${links}`),
    ...rest.map((xml, index) => completed(xml, entries[index] as FeedEntry)),
  ].join('');
  const end = document.lastIndexOf('</feed>');
  const deleted = tombstones.map(({ guid, when }) => element('at:deleted-entry', { ref: guid, when }));
  return `${document.slice(0, end)}${deleted.join('')}${document.slice(end)}`;
}

/** Content is sanitised HTML and everything else is escaped, so these stand nowhere but where the library put them. */
const ENTRY = '<entry>';
const ROOT = '<feed xmlns="http://www.w3.org/2005/Atom">';
const UNTITLED = /<title type="html">\s*(?:<!\[CDATA\[\]\]>)?\s*<\/title>|<title type="html"\/>/;
/** Written without a rel. */
const OWN_LINK = /<link href="[^"]*"\/>\s*/;

const NAMESPACES = {
  xmlns: 'http://www.w3.org/2005/Atom',
  'xmlns:fh': 'http://purl.org/syndication/history/1.0',
  'xmlns:at': 'http://purl.org/atompub/tombstones/1.0',
  'xmlns:media': 'http://search.yahoo.com/mrss/',
};

function completed(xml: string, entry: FeedEntry): string {
  const complement = [
    // The first alternate is what most readers open; some know it by its rel alone.
    element('link', { rel: 'alternate', href: entry.link, hreflang: entry.language, type: 'text/html' }),
    element('title', { type: 'text' }, escapeMarkup(entry.title)),
    entry.summary === undefined ? '' : element('summary', { type: 'text' }, escapeMarkup(entry.summary)),
    ...entry.categories.map((term) => element('category', { term })),
    entry.audio
      ? element('link', {
          rel: 'enclosure',
          href: entry.audio.url,
          type: entry.audio.type,
          length: entry.audio.bytes,
        })
      : '',
    // RFC 4685, section 4
    entry.commentsUrl ? element('link', { rel: 'replies', href: entry.commentsUrl, type: 'text/html' }) : '',
    ...entry.related.map(({ title, url }) => element('link', { rel: 'related', href: url, title })),
    // RFC 4287, 4.1.2: alternates of one type must differ in hreflang.
    ...entry.translations.map(({ href, language }) =>
      element('link', { rel: 'alternate', href, hreflang: language, type: 'text/html' }),
    ),
    entry.image ? mediaContent(entry.image) : '',
  ];
  const start = element('entry', { 'xml:lang': entry.language }, '').replace('</entry>', '');
  // Python's feedparser opens the last alternate: the library's own link stays behind those of the translations.
  const own = entry.translations.length > 0 ? xml : xml.replace(OWN_LINK, '');
  return `${start}${complement.join('')}${own.replace(UNTITLED, '')}`;
}

function mediaContent({
  url,
  type,
  width,
  height,
  bytes,
  caption,
  credit,
}: NonNullable<FeedEntry['image']>): string {
  return element(
    'media:content',
    { url, medium: 'image', type, width, height, fileSize: bytes },
    [
      caption ? element('media:description', { type: 'plain' }, escapeMarkup(caption)) : '',
      credit ? element('media:credit', {}, escapeMarkup(credit)) : '',
    ].join(''),
  );
}
