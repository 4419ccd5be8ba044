import { describe, expect, test } from 'vitest';
import { rssFaults } from '../support/feed-rules.ts';
import { podcastFaults } from '../support/podcast-rules.ts';

/** Tests of the rules that other tests apply to podcasts. A podcast that breaks a rule must be caught, or the rule proves nothing. */

const PODCAST = `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>T</title><link>https://a.example/</link><description>D</description><language>en</language><copyright>C</copyright>
<atom:link rel="self" href="https://a.example/podcast.xml"/><itunes:author>A</itunes:author><itunes:owner><itunes:name>N</itunes:name><itunes:email>n@a.example</itunes:email></itunes:owner>
<itunes:image href="https://a.example/cover.png"/><itunes:category text="News"><itunes:category text="Daily News"/></itunes:category><itunes:explicit>false</itunes:explicit><itunes:type>episodic</itunes:type>
<item><title>I</title><guid isPermaLink="false">tag:a.example,2026:1</guid><pubDate>Sun, 22 Nov 2026 12:00:00 GMT</pubDate><description>d</description>
<enclosure url="https://a.example/1.mp3?x=1" length="12" type="audio/mpeg"/><itunes:explicit>false</itunes:explicit><itunes:duration>60</itunes:duration></item></channel></rss>`;

test('a podcast that follows the rules has no faults', () => expect(podcastFaults(PODCAST)).toEqual([]));

describe.each([
  [
    "Apple's namespace",
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
    'xmlns:itunes="http://www.itunes.com/DTDs/Podcast-1.0.dtd"',
  ],
  ['a description', '<description>D</description>', '<description></description>'],
  ['a language', '<language>en</language>', ''],
  ['a language that Apple knows', '<language>en</language>', '<language>mul</language>'],
  ['a copyright', '<copyright>C</copyright>', ''],
  ['an author', '<itunes:author>A</itunes:author>', ''],
  ["the owner's name", '<itunes:name>N</itunes:name>', ''],
  ["the owner's address", 'n@a.example', 'n at a.example'],
  ['a picture', '<itunes:image href="https://a.example/cover.png"/>', ''],
  ['a picture over https', 'https://a.example/cover.png', 'http://a.example/cover.png'],
  ['a JPEG or PNG', 'cover.png', 'cover.webp'],
  ['a category that Apple knows', 'text="News"', 'text="News &amp; Politics"'],
  ['a subcategory that belongs to its category', 'text="Daily News"', 'text="Mathematics"'],
  [
    'a statement about explicit content',
    '<itunes:explicit>false</itunes:explicit><itunes:type>',
    '<itunes:type>',
  ],
  [
    'true or false as its statement about explicit content',
    '<itunes:explicit>false</itunes:explicit><itunes:type>',
    '<itunes:explicit>no</itunes:explicit><itunes:type>',
  ],
  [
    'a statement about explicit content in each item',
    '<itunes:explicit>false</itunes:explicit><itunes:duration>',
    '<itunes:duration>',
  ],
  ['a known order of episodes', 'episodic', 'Newest first'],
  ['a length', 'length="12"', 'length="0"'],
  ['an audio type that players play', 'type="audio/mpeg"', 'type="audio/ogg"'],
  ['an address that ends as its audio type says', '1.mp3', '1.m4a'],
  ['a guid', '<guid isPermaLink="false">tag:a.example,2026:1</guid>', ''],
  ['a date', '<pubDate>Sun, 22 Nov 2026 12:00:00 GMT</pubDate>', ''],
  ['a duration in seconds', '<itunes:duration>60', '<itunes:duration>1:00'],
  ['a title of at most 255 characters', '<title>I<', `<title>${'x'.repeat(256)}<`],
  ['a description of at most 4,000 bytes', '>d<', `>${'é'.repeat(2001)}<`],
  ['an author without surrounding spaces', '<itunes:author>A<', '<itunes:author> A<'],
  [
    'elements that are all still in use',
    '<itunes:duration>',
    '<itunes:summary>s</itunes:summary><itunes:duration>',
  ],
  [
    'a single duration per item',
    '<itunes:duration>60</itunes:duration>',
    '<itunes:duration>60</itunes:duration><itunes:duration>61</itunes:duration>',
  ],
  ['a self link', 'rel="self"', 'rel="related"'],
])('a podcast without %s', (_, from, to) => {
  test('is caught', () => {
    expect(PODCAST).toContain(from);
    expect(podcastFaults(PODCAST.replace(from, to))).not.toEqual([]);
  });
});

test("an ordinary feed is caught if it has an element of Apple's beside audio that Apple does not accept", () => {
  expect(rssFaults(PODCAST)).toEqual([]);
  expect(rssFaults(PODCAST.replace('1.mp3', '1.ogg'))).not.toEqual([]);
});

test("an ordinary feed is caught if an item has elements of Apple's and its channel has none", () => {
  const bare = PODCAST.replace(/<itunes:(?:author|owner|image|category|type)[\s\S]*?(?=\n<item>)/, '');
  expect(rssFaults(bare)).not.toEqual([]);
  expect(rssFaults(bare.replace(/<itunes:.*?(?=<\/item>)/, ''))).toEqual([]);
});
