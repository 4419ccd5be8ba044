import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import {
  absolute,
  atMostOne,
  collector,
  enclosure,
  everywhere,
  exactlyOne,
  type Given,
  headFirst,
  html,
  LANGUAGE,
  links,
  MEDIA_TYPE,
  namespaces,
  nothingElse,
  plainText,
  RFC_3339,
  rfc822,
  rfc3339,
  unique,
} from './feed-checks.ts';
import { htmlFaults } from './html-rules.ts';
import { itunesFaults } from './itunes-rules.ts';
import { all, one, xmlTree } from './parsers.ts';

/**
 * The rules of the W3C's feed validation service, errors and warnings, as far as these feeds could break them. Each
 * function returns the faults that it finds, and nothing for a valid document.
 */

const CHANNEL =
  'title link description language copyright managingEditor webMaster pubDate lastBuildDate category generator docs cloud ttl image rating textInput skipHours skipDays item'.split(
    ' ',
  );
const ITEM = 'title link description author category comments enclosure guid pubDate source'.split(' ');
/** Pairs of elements with the same meaning. A channel or an item may have only one of a pair. */
const SAME_MEANING = [
  ['managingEditor', 'dc:creator'],
  ['author', 'dc:creator'],
  ['category', 'dc:subject'],
  ['pubDate', 'dc:date'],
  ['pubDate', 'atom:published'],
  ['language', 'dc:language'],
  ['copyright', 'dc:rights'],
  ['guid', 'atom:id'],
  ['description', 'atom:summary'],
];

/** Checks RSS 2.0 and the profile of the RSS Advisory Board. */
export function rssFaults(xml: string, given: Given = {}): string[] {
  const checks = collector();
  const { faults, report, check } = checks;
  namespaces(xml, checks);
  const rss = xmlTree(xml);
  check(rss.name === 'rss' && rss.attributes.version === '2.0', 'rss: must be version 2.0');
  const channel = one(rss, 'channel');
  if (!channel) return [...faults, 'rss: has no channel'];
  nothingElse(channel, CHANNEL, checks);
  headFirst(channel, 'item', checks);
  for (const name of ['title', 'link', 'description']) exactlyOne(channel, name, checks);
  atMostOne(
    channel,
    CHANNEL.filter((name) => name !== 'item' && name !== 'category'),
    checks,
  );
  for (const name of ['title', 'description', 'copyright']) plainText(one(channel, name), checks, given);
  const language = one(channel, 'language')?.text;
  check(language === undefined || LANGUAGE.test(language), `language: "${language}" is no language tag`);
  const ttl = one(channel, 'ttl')?.text;
  check(ttl === undefined || /^[1-9]\d*$/.test(ttl), `ttl: "${ttl}" is no number of minutes`);
  absolute(one(channel, 'link')?.text, 'channel link', checks);
  rfc822(one(channel, 'lastBuildDate'), checks, given);
  links(channel, true, checks, given);
  const image = one(channel, 'image');
  for (const name of image ? ['title', 'link'] : [])
    check(one(image, name)?.text === one(channel, name)?.text, `image: its ${name} is not the channel's`);
  const picture = image && one(image, 'url')?.text;
  check(
    !picture || !/\.(?!(?:gif|jpe?g|png)(?:\?|$))\w+$/i.test(picture),
    `image: "${picture}" is no GIF, JPEG or PNG`,
  );
  const items = all(channel, 'item');
  unique(
    items.map((item) => one(item, 'guid')?.text),
    'guid',
    checks,
  );
  for (const item of items) {
    nothingElse(item, ITEM, checks);
    check(one(item, 'title') || one(item, 'description'), 'item: has neither title nor description');
    atMostOne(item, [...ITEM.filter((name) => name !== 'category'), 'content:encoded'], checks);
    for (const name of ['title', 'category']) plainText(one(item, name), checks, given);
    exactlyOne(item, 'guid', checks);
    const guid = one(item, 'guid');
    if (guid?.text.startsWith('tag:')) absolute(guid.text, 'guid', checks);
    check(!/^\d{0,8}$/.test(guid?.text ?? ''), `guid: "${guid?.text}" is not sufficiently unique`);
    if (guid?.attributes.isPermaLink !== 'false') {
      absolute(guid?.text, 'guid that is a permalink', checks);
      check(!guid?.text.startsWith('tag:'), 'guid: a tag URI is no permalink');
    }
    for (const name of ['link', 'comments'])
      if (one(item, name)) absolute(one(item, name)?.text, name, checks);
    rfc822(one(item, 'pubDate'), checks, given);
    const author = one(item, 'author')?.text;
    check(author === undefined || /\S+@\S+/.test(author), `author: "${author}" has no mail address`);
    for (const { attributes } of all(item, 'enclosure')) enclosure(attributes, 'url', checks);
    links(item, false, checks);
    const names = item.children.map(({ name }) => name);
    const content = names.indexOf('content:encoded');
    const description = names.indexOf('description');
    check(
      content < 0 || (description >= 0 && description < content),
      'content:encoded: without a description before it',
    );
    html(one(item, 'content:encoded')?.text, checks);
    html(one(item, 'description')?.text, checks);
  }
  for (const element of [channel, ...items])
    for (const [core = '', extension = ''] of SAME_MEANING)
      check(
        !one(element, core) || !one(element, extension),
        `${element.name}: has both ${core} and ${extension}`,
      );
  for (const fault of itunesFaults(rss)) report(fault);
  everywhere(rss, checks, given);
  return faults;
}

const FEED =
  'author category contributor generator icon id link logo rights subtitle title updated entry'.split(' ');
const ENTRY =
  'author category content contributor id link published rights source summary title updated'.split(' ');

/** Checks RFC 4287 (Atom), and RFC 6721 for deleted entries. */
export function atomFaults(xml: string, given: Given = {}): string[] {
  const checks = collector();
  const { faults, check } = checks;
  namespaces(xml, checks);
  const feed = xmlTree(xml);
  check(feed.name === 'atom:feed', 'feed: is not in the Atom namespace');
  headFirst(feed, 'atom:entry', checks);
  const entries = all(feed, 'atom:entry');
  for (const element of [feed, ...entries]) {
    const isFeed = element === feed;
    const known = (isFeed ? FEED : ENTRY).map((name) => `atom:${name}`);
    for (const { name } of element.children)
      check(
        !name.startsWith('atom:') || known.includes(name),
        `${element.name}: has the unknown element ${name}`,
      );
    for (const name of ['atom:id', 'atom:title', 'atom:updated']) exactlyOne(element, name, checks);
    atMostOne(
      element,
      ['atom:published', 'atom:summary', 'atom:content', 'atom:subtitle', 'atom:logo', 'atom:icon'],
      checks,
    );
    absolute(one(element, 'atom:id')?.text, 'id', checks);
    for (const name of ['atom:updated', 'atom:published']) rfc3339(one(element, name), checks, given);
    for (const name of ['atom:author', 'atom:contributor'])
      for (const person of all(element, name)) {
        exactlyOne(person, 'atom:name', checks);
        for (const { text } of all(person, 'atom:uri')) absolute(text, 'uri', checks);
      }
    for (const name of ['atom:title', 'atom:subtitle', 'atom:summary']) {
      const type = one(element, name)?.attributes.type ?? 'text';
      check(['text', 'html'].includes(type), `${name}: type "${type}" is not text or html`);
      if (type === 'text') plainText(one(element, name), checks, given);
    }
    links(element, isFeed, checks, given);
    const rivals = all(element, 'atom:link').filter(
      ({ attributes }) => isFeed || (attributes.rel ?? 'alternate') === 'alternate',
    );
    unique(
      rivals.map(
        ({ attributes: { rel = 'alternate', type = '', hreflang = '' } }) => `${rel} ${type} ${hreflang}`,
      ),
      'link',
      checks,
    );
  }
  unique(
    entries.map((entry) => one(entry, 'atom:id')?.text),
    'id',
    checks,
  );
  for (const entry of entries) {
    check(
      one(feed, 'atom:author') || one(entry, 'atom:author'),
      'entry: neither it nor the feed has an author',
    );
    const content = one(entry, 'atom:content');
    const summary = one(entry, 'atom:summary');
    const found = all(entry, 'atom:link').map(({ attributes }) => attributes);
    const hasAlternate = found.some(({ rel }) => (rel ?? 'alternate') === 'alternate');
    check(content || hasAlternate, 'entry: has neither content nor an alternate link');
    check(content || summary, 'entry: has neither content nor a summary');
    check(!content || content.text !== summary?.text, 'entry: summary and content are the same');
    for (const attributes of found.filter(({ rel }) => rel === 'enclosure'))
      enclosure(attributes, 'href', checks);
    html(content?.text, checks);
  }
  for (const { attributes } of all(feed, 'at:deleted-entry')) {
    absolute(attributes.ref, 'deleted-entry ref', checks);
    check(RFC_3339.test(attributes.when ?? ''), `deleted-entry: "${attributes.when}" is not of RFC 3339`);
  }
  everywhere(feed, checks, given);
  return faults;
}

const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv);
const schema = readFileSync(
  new URL('../../node_modules/jsonfeed-schema/schema-v1.1.json', import.meta.url),
  'utf8',
);
const keepsToSchema = ajv.compile(JSON.parse(schema));

/** Checks JSON Feed 1.1: its published schema, and rules that the schema lacks. */
export function jsonFeedFaults(text: string, { url }: Given = {}): string[] {
  const checks = collector();
  const { faults, report, check } = checks;
  const feed = JSON.parse(text);
  if (!keepsToSchema(feed))
    for (const { instancePath, message } of keepsToSchema.errors ?? []) report(`${instancePath}: ${message}`);
  check(feed.version === 'https://jsonfeed.org/version/1.1', `version: is "${feed.version}"`);
  for (const name of ['home_page_url', 'feed_url', 'next_url', 'icon', 'favicon'])
    if (feed[name]) absolute(feed[name], name, checks);
  check(feed.feed_url, 'feed_url: is missing');
  check(!url || feed.feed_url === url, `feed_url: is not ${url}`);
  check(feed.next_url !== feed.feed_url || !feed.next_url, 'next_url: is the feed itself');
  unique(
    (feed.items ?? []).map(({ id }: { id: string }) => id),
    'id',
    checks,
  );
  for (const item of feed.items ?? []) {
    check(typeof item.id === 'string' && item.id, 'item: has no id');
    for (const name of ['date_published', 'date_modified']) {
      check(
        item[name] === undefined || RFC_3339.test(item[name]),
        `${name}: "${item[name]}" is not of RFC 3339`,
      );
    }
    for (const name of ['url', 'external_url', 'image', 'banner_image'])
      if (item[name]) absolute(item[name], name, checks);
    for (const { url: address, mime_type } of item.attachments ?? []) {
      absolute(address, 'attachment', checks);
      check(MEDIA_TYPE.test(mime_type), `attachment: "${mime_type}" is no media type`);
    }
    for (const fault of htmlFaults(item.content_html ?? '')) report(fault);
  }
  return faults;
}
