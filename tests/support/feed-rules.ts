import { all, type Element, one, xmlTree } from './parsers.ts';

/**
 * What the W3C's feed validation service holds against a feed, as far as these feeds could ever offend: each function
 * answers with the faults it found, none for a valid document.
 */

/** RFC 822 with the four-digit year of RSS 2.0. */
const RFC_822 =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UT|[+-]\d{4})$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/i;
const LANGUAGE = /^[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;
/** RFC 3986, 2: everything else is percent-encoded. */
const URI = /^[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9;/?:@&=+$,\-_.!~*'()#[\]]|%[0-9A-Fa-f]{2})+$/i;

type Report = (fault: string) => void;

/** RSS 2.0 and the RSS Advisory Board's profile. */
export function rssFaults(xml: string): string[] {
  const { faults, report, check } = collector();
  const rss = xmlTree(xml);
  check(rss.name === 'rss' && rss.attributes.version === '2.0', 'rss: must be version 2.0');
  const channel = one(rss, 'channel');
  if (!channel) return [...faults, 'rss: has no channel'];
  for (const name of ['title', 'link', 'description']) exactlyOne(channel, name, report);
  for (const name of ['lastBuildDate', 'ttl', 'language', 'image']) atMostOne(channel, name, report);
  const language = one(channel, 'language')?.text;
  check(language === undefined || LANGUAGE.test(language), `language: "${language}" is no language tag`);
  const ttl = one(channel, 'ttl')?.text;
  check(ttl === undefined || /^[1-9]\d*$/.test(ttl), `ttl: "${ttl}" is no number of minutes`);
  absolute(one(channel, 'link')?.text, 'channel link', report);
  rfc822(one(channel, 'lastBuildDate'), report);
  check(
    all(channel, 'atom:link').filter(({ attributes }) => attributes.rel === 'self').length === 1,
    'channel: must have one atom:link rel=self',
  );
  const items = all(channel, 'item');
  unique(
    items.map((item) => one(item, 'guid')?.text),
    'guid',
    report,
  );
  for (const item of items) {
    check(one(item, 'title') || one(item, 'description'), 'item: has neither title nor description');
    for (const name of ['title', 'link', 'description', 'pubDate', 'enclosure', 'comments', 'author']) {
      atMostOne(item, name, report);
    }
    exactlyOne(item, 'guid', report);
    const guid = one(item, 'guid');
    if (guid?.attributes.isPermaLink !== 'false') absolute(guid?.text, 'guid that is a permalink', report);
    for (const name of ['link', 'comments'])
      if (one(item, name)) absolute(one(item, name)?.text, name, report);
    rfc822(one(item, 'pubDate'), report);
    const author = one(item, 'author')?.text;
    check(author === undefined || /\S+@\S+/.test(author), `author: "${author}" has no mail address`);
    for (const { attributes } of all(item, 'enclosure')) enclosure(attributes, 'url', report);
    noRelative(one(item, 'content:encoded')?.text, report);
  }
  everywhere(rss, report);
  return faults;
}

/** RFC 4287, and RFC 6721 for what was deleted. */
export function atomFaults(xml: string): string[] {
  const { faults, report, check } = collector();
  const feed = xmlTree(xml);
  check(feed.name === 'atom:feed', 'feed: is not in the Atom namespace');
  const entries = all(feed, 'atom:entry');
  for (const element of [feed, ...entries]) {
    for (const name of ['atom:id', 'atom:title', 'atom:updated']) exactlyOne(element, name, report);
    absolute(one(element, 'atom:id')?.text, 'id', report);
    for (const name of ['atom:updated', 'atom:published']) {
      const date = one(element, name)?.text;
      check(date === undefined || RFC_3339.test(date), `${name}: "${date}" is not of RFC 3339`);
    }
    for (const author of all(element, 'atom:author')) exactlyOne(author, 'atom:name', report);
    const alternates = all(element, 'atom:link').filter(
      ({ attributes }) => (attributes.rel ?? 'alternate') === 'alternate',
    );
    unique(
      alternates.map(({ attributes }) => `alternate ${attributes.type ?? ''} ${attributes.hreflang ?? ''}`),
      'link',
      report,
    );
  }
  check(
    all(feed, 'atom:link').filter(({ attributes }) => attributes.rel === 'self').length === 1,
    'feed: must have one link rel=self',
  );
  unique(
    entries.map((entry) => one(entry, 'atom:id')?.text),
    'id',
    report,
  );
  for (const entry of entries) {
    check(
      one(feed, 'atom:author') || one(entry, 'atom:author'),
      'entry: neither it nor the feed has an author',
    );
    const links = all(entry, 'atom:link').map(({ attributes }) => attributes);
    check(
      one(entry, 'atom:content') || links.some(({ rel }) => (rel ?? 'alternate') === 'alternate'),
      'entry: has neither content nor an alternate link',
    );
    for (const attributes of links.filter(({ rel }) => rel === 'enclosure'))
      enclosure(attributes, 'href', report);
    noRelative(one(entry, 'atom:content')?.text, report);
  }
  for (const { attributes } of all(feed, 'at:deleted-entry')) {
    absolute(attributes.ref, 'deleted-entry ref', report);
    check(RFC_3339.test(attributes.when ?? ''), `deleted-entry: "${attributes.when}" is not of RFC 3339`);
  }
  everywhere(feed, report);
  return faults;
}

/** JSON Feed 1.1: required members and their types. */
export function jsonFeedFaults(text: string): string[] {
  const { faults, report, check } = collector();
  const feed = JSON.parse(text);
  check(feed.version === 'https://jsonfeed.org/version/1.1', `version: is "${feed.version}"`);
  check(typeof feed.title === 'string', 'title: is required');
  check(Array.isArray(feed.items), 'items: are required');
  for (const name of ['home_page_url', 'feed_url', 'icon'])
    if (feed[name]) absolute(feed[name], name, report);
  check(feed.feed_url, 'feed_url: is missing');
  unique(
    (feed.items ?? []).map(({ id }: { id: string }) => id),
    'id',
    report,
  );
  for (const item of feed.items ?? []) {
    check(typeof item.id === 'string' && item.id, 'item: has no id');
    check(item.content_html !== undefined || item.content_text !== undefined, 'item: has no content');
    for (const name of ['date_published', 'date_modified']) {
      check(
        item[name] === undefined || RFC_3339.test(item[name]),
        `${name}: "${item[name]}" is not of RFC 3339`,
      );
    }
    for (const name of ['url', 'external_url', 'image']) if (item[name]) absolute(item[name], name, report);
    for (const author of item.authors ?? []) check(author.name || author.url, 'author: is empty');
    for (const { url, mime_type } of item.attachments ?? []) {
      absolute(url, 'attachment', report);
      check(MEDIA_TYPE.test(mime_type), `attachment: "${mime_type}" is no media type`);
    }
    noRelative(item.content_html, report);
  }
  return faults;
}

function collector() {
  const faults: string[] = [];
  const report: Report = (fault) => void faults.push(fault);
  return { faults, report, check: (holds: unknown, fault: string) => void (holds || report(fault)) };
}

function exactlyOne(element: Element, name: string, report: Report): void {
  const count = all(element, name).length;
  if (count !== 1) report(`${element.name}: has ${count} ${name}, must have 1`);
}

function atMostOne(element: Element, name: string, report: Report): void {
  if (all(element, name).length > 1) report(`${element.name}: has more than one ${name}`);
}

function unique(values: (string | undefined)[], what: string, report: Report): void {
  for (const [index, value] of values.entries())
    if (values.indexOf(value) < index) report(`${what}: "${value}" repeats`);
}

function absolute(url: string | undefined, what: string, report: Report): void {
  if (!URI.test(url ?? '')) report(`${what}: "${url}" is no absolute URL`);
}

function rfc822(element: Element | undefined, report: Report): void {
  if (element && !RFC_822.test(element.text)) report(`${element.name}: "${element.text}" is not of RFC 822`);
}

function enclosure(attributes: Record<string, string>, url: string, report: Report): void {
  absolute(attributes[url], 'enclosure', report);
  if (!/^\d+$/.test(attributes.length ?? ''))
    report(`enclosure: length "${attributes.length}" is no number of bytes`);
  if (!MEDIA_TYPE.test(attributes.type ?? '')) report(`enclosure: "${attributes.type}" is no media type`);
}

/** Every attribute in a piece of HTML that has its attributes in double quotes. */
export function attributesIn(html: string): { name: string; value: string | undefined }[] {
  return [...html.matchAll(/<[a-z][^>]*>/gi)].flatMap(([tag]) =>
    [...tag.matchAll(/\s([^\s=">]+)(?:="([^"]*)")?/g)].map(([, name = '', value]) => ({
      name: name.toLowerCase(),
      value,
    })),
  );
}

/** Content is read far from its page, and often by programs that run what they find. */
function noRelative(html: string | undefined, report: Report): void {
  for (const { name, value = '' } of attributesIn(html ?? '')) {
    if (name.startsWith('on')) report(`content: has the handler ${name}`);
    if (['href', 'src', 'poster', 'cite'].includes(name) && !/^(?:https?|mailto|tel):/i.test(value))
      report(`content: "${value}" is not absolute`);
  }
  if (/<script/i.test(html ?? '')) report('content: has a script');
}

/** Wherever an address stands in an attribute, and a language. */
function everywhere(element: Element, report: Report): void {
  const { href, url } = element.attributes;
  if (href !== undefined) absolute(href, `${element.name} href`, report);
  if (url !== undefined) absolute(url, `${element.name} url`, report);
  for (const name of ['xml:lang', 'hreflang']) {
    const language = element.attributes[name];
    if (language !== undefined && !LANGUAGE.test(language))
      report(`${element.name}: "${language}" is no language tag`);
  }
  for (const child of element.children) everywhere(child, report);
}
