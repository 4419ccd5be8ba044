import { collector, type Given } from './feed-checks.ts';
import { rssFaults } from './feed-rules.ts';
import { withoutQuery } from './itunes-rules.ts';
import { all, type Element, one, xmlTree } from './parsers.ts';

/** Media types that Apple plays → the ending that an address of this type must have. */
const PLAYED: Record<string, string> = { 'audio/mpeg': '.mp3', 'audio/x-m4a': '.m4a' };

/**
 * Checks what Apple ("A Podcaster's Guide to RSS") and Spotify ("Podcast Delivery Specification") require of the feed
 * of a podcast, and what every RSS feed must keep to.
 */
export function podcastFaults(xml: string, given: Given = {}): string[] {
  const { check, faults, report } = collector();
  const rss = xmlTree(xml);
  const channel = one(rss, 'channel');
  const items = all(channel, 'item');
  const textOf = (element: Element | undefined, name: string) => one(element, name)?.text ?? '';
  check(
    /<rss[^>]* xmlns:itunes="http:\/\/www\.itunes\.com\/dtds\/podcast-1\.0\.dtd"/.test(xml),
    "rss: lacks Apple's namespace",
  );
  for (const name of [
    'title',
    'description',
    'link',
    'language',
    'copyright',
    'itunes:author',
    'itunes:explicit',
  ])
    check(textOf(channel, name).trim(), `channel: has no ${name}`);
  for (const name of ['itunes:image', 'itunes:category', 'itunes:owner'])
    check(one(channel, name), `channel: has no ${name}`);
  const language = textOf(channel, 'language');
  check(/^[a-z]{2}(?:-[A-Za-z]{2,4})?$/.test(language), `language: Apple does not know "${language}"`);
  check(one(one(channel, 'itunes:owner'), 'itunes:name')?.text, 'itunes:owner: has no name');
  for (const element of [channel, ...items]) {
    check([...textOf(element, 'title')].length <= 255, 'title: is longer than 255 characters');
    check(
      Buffer.byteLength(textOf(element, 'description')) <= 4000,
      'description: is longer than 4,000 bytes',
    );
    for (const name of ['title', 'description']) {
      const text = textOf(element, name);
      check(given.anyText || text === text.trim(), `${name}: has spaces around it`);
    }
  }
  for (const item of items) {
    for (const name of ['title', 'guid', 'pubDate', 'description', 'itunes:explicit'])
      check(textOf(item, name), `item: has no ${name}`);
    const { url, length, type = '' } = one(item, 'enclosure')?.attributes ?? {};
    check(Number(length) > 0, `enclosure: has a length of ${length}`);
    check(PLAYED[type], `enclosure: Apple does not play "${type}"`);
    check(
      withoutQuery(url)
        .toLowerCase()
        .endsWith(PLAYED[type] ?? ''),
      `enclosure: "${url}" does not end as ${type} does`,
    );
  }
  for (const fault of rssFaults(xml, given)) report(fault);
  return faults;
}
