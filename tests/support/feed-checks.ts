import { htmlFaults } from './html-rules.ts';
import { all, type Element, one } from './parsers.ts';

/** Checks that the rules of RSS and of Atom share. Each check reports the faults that it finds. */

export type Report = (fault: string) => void;
export type Checks = { report: Report; check(holds: unknown, fault: string): void };

/** What a check knows beyond the document. */
export type Given = {
  /** The address from which the document was read. */
  url?: string;
  /** When the document was read, in milliseconds. */
  now?: number;
  /** Set for hostile text. It may look like HTML or have control characters, and that is no fault of the document. */
  anyText?: boolean;
};

export const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
export const MEDIA_TYPE = /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/i;
export const LANGUAGE = /^[a-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;
/** RFC 822 with the four-digit year of RSS 2.0. */
const RFC_822 =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UT|[+-]\d{4})$/;
/** RFC 3986, section 2: every other character is percent-encoded. */
const URI = /^[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9;/?:@&=+$,\-_.!~*'()#[\]]|%[0-9A-Fa-f]{2})+$/i;
/** RFC 4151, as the validation service of the W3C reads it. */
const TAG_URI =
  /^tag:(?:[a-z0-9\-._]+@)?[a-z0-9.-]+,\d{4}(?:-\d\d(?:-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*$/;
const REGISTERED_RELATIONS =
  'alternate current describedby edit edit-media enclosure first hub last license next next-archive payment prev-archive previous related replies search self service up via'.split(
    ' ',
  );
/** Link relations of RFC 5005 that a feed may have and an entry may not. */
const OF_FEEDS = 'current first last next next-archive prev-archive previous'.split(' ');

/** Namespaces that the service knows, by the prefix that it prefers. It warns about any other namespace. */
const KNOWN_NAMESPACES: Record<string, string> = {
  '': 'http://www.w3.org/2005/Atom',
  atom: 'http://www.w3.org/2005/Atom',
  content: 'http://purl.org/rss/1.0/modules/content/',
  dc: 'http://purl.org/dc/elements/1.1/',
  fh: 'http://purl.org/syndication/history/1.0',
  itunes: 'http://www.itunes.com/dtds/podcast-1.0.dtd',
  media: 'http://search.yahoo.com/mrss/',
};
const TOMBSTONES = 'http://purl.org/atompub/tombstones/1.0';

export function collector(): Checks & { faults: string[] } {
  const faults: string[] = [];
  const report: Report = (fault) => void faults.push(fault);
  return { faults, report, check: (holds, fault) => void (holds || report(fault)) };
}

/**
 * Checks the XML declaration and the namespaces. The service does not know the prefix `at` and warns about it. A
 * document with a deleted entry needs the prefix, so it may have it.
 */
export function namespaces(xml: string, { check }: Checks): void {
  check(/^<\?xml version="1\.0" encoding="utf-8"\?>/i.test(xml), 'xml: does not say that it is UTF-8');
  for (const [, prefix = '', uri = ''] of xml.matchAll(/\sxmlns(?::([\w-]+))?="([^"]*)"/g)) {
    const isTombstone = prefix === 'at' && uri === TOMBSTONES && xml.includes('<at:deleted-entry');
    check(KNOWN_NAMESPACES[prefix] === uri || isTombstone, `xmlns:${prefix}: "${uri}" is unknown`);
  }
}

export function exactlyOne(element: Element, name: string, { report }: Checks): void {
  const count = all(element, name).length;
  if (count !== 1) report(`${element.name}: has ${count} ${name}, must have 1`);
}

export function atMostOne(element: Element, names: string[], { check }: Checks): void {
  for (const name of names)
    check(all(element, name).length <= 1, `${element.name}: has more than one ${name}`);
}

/** Reports elements that are not in this list. Elements in a namespace are allowed. */
export function nothingElse(element: Element, names: string[], { check }: Checks): void {
  for (const { name } of element.children)
    check(name.includes(':') || names.includes(name), `${element.name}: has the unknown element ${name}`);
}

/** Reports elements that describe the feed and stand behind one of its items. */
export function headFirst(feed: Element, items: string, { check }: Checks): void {
  const first = feed.children.findIndex(({ name }) => name === items);
  const misplaced = feed.children
    .slice(first < 0 ? feed.children.length : first)
    .filter(({ name }) => name !== items && name !== 'at:deleted-entry');
  for (const { name } of misplaced) check(false, `${name}: stands behind an item`);
}

export function unique(values: (string | undefined)[], what: string, { check }: Checks): void {
  for (const [index, value] of values.entries())
    check(values.indexOf(value) === index, `${what}: "${value}" repeats`);
}

export function absolute(url: string | undefined, what: string, { check }: Checks): void {
  check(URI.test(url ?? ''), `${what}: "${url}" is no absolute URL`);
  if (url?.startsWith('tag:')) check(TAG_URI.test(url), `${what}: "${url}" is no tag URI`);
}

/** Checks a date of RFC 822: its day of the week must be right, and it must be after 1989 and not in the future. */
export function rfc822(element: Element | undefined, checks: Checks, given: Given): void {
  if (!element) return;
  const { name, text } = element;
  checks.check(RFC_822.test(text), `${name}: "${text}" is not of RFC 822`);
  const date = new Date(text);
  const weekday = /^\w{3}(?=,)/.exec(text)?.[0];
  checks.check(!weekday || date.toUTCString().startsWith(weekday), `${name}: "${text}" was another weekday`);
  plausible(name, date.getTime(), checks, given);
}

export function rfc3339(element: Element | undefined, checks: Checks, given: Given): void {
  if (!element) return;
  checks.check(RFC_3339.test(element.text), `${element.name}: "${element.text}" is not of RFC 3339`);
  plausible(element.name, Date.parse(element.text), checks, given);
}

function plausible(name: string, time: number, { check }: Checks, { now }: Given): void {
  check(time >= Date.UTC(1990, 0), `${name}: is before 1990`);
  check(now === undefined || time <= now + 600_000, `${name}: is in the future`);
}

export function enclosure(attributes: Record<string, string>, url: string, checks: Checks): void {
  absolute(attributes[url], 'enclosure', checks);
  checks.check(
    /^\d+$/.test(attributes.length ?? ''),
    `enclosure: length "${attributes.length}" is no number of bytes`,
  );
  checks.check(MEDIA_TYPE.test(attributes.type ?? ''), `enclosure: "${attributes.type}" is no media type`);
}

/** Checks the links of a feed or of an entry. */
export function links(element: Element, isFeed: boolean, checks: Checks, { url }: Given = {}): void {
  const { check } = checks;
  const found = all(element, 'atom:link').map(
    ({ attributes, text }) => ({ ...attributes, text }) as Record<string, string>,
  );
  for (const { rel = 'alternate', href, type, title, text } of found) {
    check(REGISTERED_RELATIONS.includes(rel), `link: rel="${rel}" is not registered`);
    check(isFeed || !OF_FEEDS.includes(rel), `link: rel="${rel}" is for feeds`);
    check(type === undefined || MEDIA_TYPE.test(type), `link: "${type}" is no media type`);
    check(title === undefined || title !== '', 'link: title is blank');
    check(text === '', 'link: has text');
    absolute(href, `link rel=${rel}`, checks);
  }
  if (!isFeed) return;
  const own = found.filter(({ rel }) => rel === 'self');
  check(own.length === 1, `${element.name}: must have one link rel=self`);
  check(!url || own[0]?.href === url, `link rel=self: is not ${url}`);
  const isArchive = one(element, 'fh:archive') !== undefined;
  check(!isArchive || found.some(({ rel }) => rel === 'current'), 'fh:archive: without a link rel=current');
}

export function html(content: string | undefined, { report }: Checks): void {
  for (const fault of htmlFaults(content ?? '')) report(fault);
}

/** Reports plain text that is blank or that a feed reader could take for HTML. */
export function plainText(element: Element | undefined, { check }: Checks, { anyText }: Given): void {
  if (!element || anyText) return;
  check(element.text.trim() !== '', `${element.name}: is blank`);
  check(!/<\/\w+>|&(?:#\w+|[a-z]+);/i.test(element.text), `${element.name}: has HTML`);
}

/** Checks every address, language and picture in an element and in the elements below it. */
export function everywhere(element: Element, checks: Checks, given: Given): void {
  const { name, attributes, text } = element;
  const { check } = checks;
  if (attributes.href !== undefined) absolute(attributes.href, `${name} href`, checks);
  if (attributes.url !== undefined) absolute(attributes.url, `${name} url`, checks);
  for (const language of [attributes['xml:lang'], attributes.hreflang])
    check(language === undefined || LANGUAGE.test(language), `${name}: "${language}" is no language tag`);
  if (name === 'dc:language') check(LANGUAGE.test(text), `${name}: "${text}" is no language tag`);
  check(
    given.anyText || !/[\u0080-\u009f\ufffd]/.test(text + Object.values(attributes).join('')),
    `${name}: has bad characters`,
  );
  if (name === 'media:content') picture(element, checks, given);
  for (const child of element.children) everywhere(child, checks, given);
}

function picture(content: Element, checks: Checks, given: Given): void {
  const { medium = '', type } = content.attributes;
  checks.check(['image', 'audio', 'video', 'document'].includes(medium), `media:content: medium "${medium}"`);
  checks.check(type === undefined || MEDIA_TYPE.test(type), `media:content: "${type}" is no media type`);
  for (const name of ['width', 'height', 'fileSize']) {
    const value = content.attributes[name];
    checks.check(value === undefined || /^[1-9]\d*$/.test(value), `media:content: ${name} "${value}"`);
  }
  atMostOne(content, ['media:description', 'media:title'], checks);
  for (const description of all(content, 'media:description')) {
    checks.check(
      ['plain', 'html'].includes(description.attributes.type ?? ''),
      'media:description: has no type',
    );
    plainText(description, checks, given);
  }
}
