import { XMLValidator } from 'fast-xml-parser';
import { parseAtomFeed, parseRssFeed } from 'feedsmith';
import sanitizeHtml from 'sanitize-html';
import { SaxesParser } from 'saxes';

/** Reads feeds with programs that know nothing of ours, and gives all results one shape, so that tests compare them. */

/** An element as a strict, namespace-aware parser sees it. Names are `prefix:local` (`NAMESPACES`) or `local`. */
export type Element = {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  /** The character data of this element alone, unchanged. */
  text: string;
};

export type ReadEntry = {
  id: string | undefined;
  link: string | undefined;
  title: string | undefined;
  summary: string | undefined;
  html: string | undefined;
  published: string | undefined;
  authors: string[];
  contributors: string[];
  categories: string[];
  enclosure: { url: string; type: string; length: number } | undefined;
  photo: { url: string; caption: string | undefined; credit: string | undefined } | undefined;
  comments: string | undefined;
  related: { title: string | undefined; url: string }[];
  translations: { language: string; url: string }[];
  language: string | undefined;
};

const NAMESPACES: Record<string, string> = {
  'http://www.w3.org/2005/Atom': 'atom',
  'http://purl.org/rss/1.0/modules/content/': 'content',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://search.yahoo.com/mrss/': 'media',
  'http://www.itunes.com/dtds/podcast-1.0.dtd': 'itunes',
  'http://purl.org/atompub/tombstones/1.0': 'at',
  'http://purl.org/syndication/history/1.0': 'fh',
  'http://www.w3.org/XML/1998/namespace': 'xml',
};

/** Returns the root. Throws if one of two parsers finds that the document is not well-formed (XML 1.0). */
export function xmlTree(xml: string): Element {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Error(`not well-formed: ${valid.err.msg} at line ${valid.err.line}`);
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ xmlns: true });
  const nameOf = ({ uri, local }: { uri: string; local: string }) =>
    uri ? `${NAMESPACES[uri] ?? uri}:${local}` : local;
  const addText = (text: string) => {
    const current = open.at(-1);
    if (current) current.text += text;
  };
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes).filter(
      ({ prefix, name }) => prefix !== 'xmlns' && name !== 'xmlns',
    );
    const element: Element = {
      name: nameOf(tag),
      attributes: Object.fromEntries(
        attributes.map((each) => [nameOf({ ...each, local: each.local }), each.value]),
      ),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(xml).close();
  return root.children[0] as Element;
}

export const all = (element: Element | undefined, name: string) =>
  (element?.children ?? []).filter((child) => child.name === name);
export const one = (element: Element | undefined, name: string) => all(element, name)[0];
const textOf = (element: Element | undefined, name: string) => one(element, name)?.text;

/** Reads RSS 2.0 with the strict parser. */
export function readRss(xml: string): ReadEntry[] {
  const unescaped = (html: string | undefined) =>
    html?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  return all(one(xmlTree(xml), 'channel'), 'item').map((item) => {
    const links = all(item, 'atom:link').map(({ attributes }) => attributes);
    return {
      id: textOf(item, 'guid'),
      link: textOf(item, 'link'),
      title: textOf(item, 'title'),
      summary: unescaped(textOf(item, 'description')),
      html: textOf(item, 'content:encoded'),
      published: isoOf(textOf(item, 'pubDate')),
      authors: all(item, 'dc:creator').map(({ text }) => text),
      contributors: all(item, 'dc:contributor').map(({ text }) => text),
      categories: all(item, 'category').map(({ text }) => text),
      enclosure: enclosureOf(one(item, 'enclosure')?.attributes, 'url'),
      photo: photoOf(item),
      comments: textOf(item, 'comments'),
      ...linksOf(links),
      language: textOf(item, 'dc:language'),
    };
  });
}

/** Reads Atom with the strict parser. */
export function readAtom(xml: string): ReadEntry[] {
  return all(xmlTree(xml), 'atom:entry').map((entry) => {
    const links = all(entry, 'atom:link').map(({ attributes }) => attributes);
    const language = entry.attributes['xml:lang'];
    const isOwn = ({ rel, hreflang }: Record<string, string>) =>
      (rel ?? 'alternate') === 'alternate' && (hreflang ?? language) === language;
    return {
      id: textOf(entry, 'atom:id'),
      link: links.find(isOwn)?.href,
      title: textOf(entry, 'atom:title'),
      summary: textOf(entry, 'atom:summary'),
      html: textOf(entry, 'atom:content'),
      published: isoOf(textOf(entry, 'atom:published')),
      authors: all(entry, 'atom:author').map((author) => textOf(author, 'atom:name') ?? ''),
      contributors: all(entry, 'atom:contributor').map((person) => textOf(person, 'atom:name') ?? ''),
      categories: all(entry, 'atom:category').map(({ attributes }) => attributes.term ?? ''),
      enclosure: enclosureOf(
        links.find(({ rel }) => rel === 'enclosure'),
        'href',
      ),
      photo: photoOf(entry),
      comments: links.find(({ rel }) => rel === 'replies')?.href,
      ...linksOf(links.filter((link) => !isOwn(link))),
      language,
    };
  });
}

function enclosureOf(attributes: Record<string, string> | undefined, url: string): ReadEntry['enclosure'] {
  return (
    attributes && {
      url: attributes[url] ?? '',
      type: attributes.type ?? '',
      length: Number(attributes.length),
    }
  );
}

function photoOf(element: Element): ReadEntry['photo'] {
  const content = one(element, 'media:content');
  return (
    content && {
      url: content.attributes.url ?? '',
      caption: textOf(content, 'media:description'),
      credit: textOf(content, 'media:credit'),
    }
  );
}

function linksOf(links: Record<string, string>[]): Pick<ReadEntry, 'related' | 'translations'> {
  return {
    related: links
      .filter(({ rel }) => rel === 'related')
      .map(({ href = '', title }) => ({ title, url: href })),
    translations: links
      .filter(({ rel, hreflang }) => rel === 'alternate' && hreflang)
      .map(({ href = '', hreflang = '' }) => ({ language: hreflang, url: href })),
  };
}

/** Reads RSS 2.0 with feedsmith. */
export function feedsmithRss(xml: string): ReadEntry[] {
  return (parseRssFeed(xml).items ?? []).map((item) => {
    const links = (item.atom?.links ?? []) as Record<string, string>[];
    const [enclosure] = item.enclosures ?? [];
    return {
      id: item.guid?.value,
      link: item.link,
      title: item.title,
      summary: item.description?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
      html: item.content?.encoded,
      published: isoOf(item.pubDate),
      authors: item.dc?.creators ?? [],
      contributors: item.dc?.contributors ?? [],
      categories: (item.categories ?? []).map(({ name }) => name ?? ''),
      enclosure: enclosure as ReadEntry['enclosure'],
      photo: feedsmithPhoto(item.media),
      comments: item.comments,
      ...linksOf(links),
      language: item.dc?.languages?.[0],
    };
  });
}

/** Reads Atom with feedsmith. */
export function feedsmithAtom(xml: string): ReadEntry[] {
  return (parseAtomFeed(xml).entries ?? []).map((entry) => {
    const language = entry.xml?.lang;
    const links = (entry.links ?? []) as (Record<string, string> & { length: never })[];
    const isOwn = ({ rel, hreflang }: Record<string, string>) =>
      (rel ?? 'alternate') === 'alternate' && (hreflang ?? language) === language;
    return {
      id: entry.id,
      link: links.find(isOwn)?.href,
      title: entry.title?.value,
      summary: entry.summary?.value,
      html: entry.content?.value,
      published: isoOf(entry.published),
      authors: (entry.authors ?? []).map(({ name }) => name ?? ''),
      contributors: (entry.contributors ?? []).map(({ name }) => name ?? ''),
      categories: (entry.categories ?? []).map(({ term }) => term ?? ''),
      enclosure: enclosureOf(
        links.find(({ rel }) => rel === 'enclosure'),
        'href',
      ),
      photo: feedsmithPhoto(entry.media),
      comments: links.find(({ rel }) => rel === 'replies')?.href,
      ...linksOf(links.filter((link) => !isOwn(link))),
      language,
    };
  });
}

type FeedsmithMedia = {
  contents?: { url?: string; description?: { value?: string }; credits?: { value?: string }[] }[];
};

function feedsmithPhoto(media: unknown): ReadEntry['photo'] {
  const [content] = (media as FeedsmithMedia | undefined)?.contents ?? [];
  return (
    content && {
      url: content.url ?? '',
      caption: content.description?.value,
      credit: content.credits?.[0]?.value,
    }
  );
}

/** Returns the alternative text of the first picture in some HTML, as a parser reads it. */
export function firstAlt(html = ''): string | undefined {
  let alt: string | undefined;
  const seen: sanitizeHtml.Transformer = (tagName, attribs) => {
    alt ??= attribs.alt;
    return { tagName, attribs };
  };
  sanitizeHtml(html, { transformTags: { img: seen } });
  return alt;
}

/** Returns a date of any form as ISO 8601. */
function isoOf(date: unknown): string | undefined {
  return date === undefined ? undefined : new Date(String(date)).toISOString();
}

type JsonItem = Record<string, unknown> & {
  authors?: { name: string }[];
  attachments?: { url: string; mime_type: string; size_in_bytes: number }[];
  _broadsheet?: {
    contributors?: { name: string }[];
    image?: { caption?: string; credit?: string };
    comments_url?: string;
    related?: ReadEntry['related'];
    translations?: ReadEntry['translations'];
  };
};

/** Reads JSON Feed 1.1. */
export function readJson(text: string): ReadEntry[] {
  return (JSON.parse(text).items as JsonItem[]).map((item) => {
    const [audio] = item.attachments ?? [];
    const more = item._broadsheet ?? {};
    const photo = { url: String(item.image), caption: more.image?.caption, credit: more.image?.credit };
    return {
      id: item.id as string,
      link: item.url as string,
      title: item.title as string,
      summary: item.summary as string | undefined,
      html: item.content_html as string,
      published: isoOf(item.date_published),
      authors: (item.authors ?? []).map(({ name }) => name),
      contributors: (more.contributors ?? []).map(({ name }) => name),
      categories: item.tags as string[],
      enclosure: audio && { url: audio.url, type: audio.mime_type, length: audio.size_in_bytes },
      photo: item.image ? photo : undefined,
      comments: more.comments_url,
      related: more.related ?? [],
      translations: more.translations ?? [],
      language: item.language as string,
    };
  });
}
