import { describe, expect, test } from 'vitest';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';

/** The rules themselves are tried: a validator that finds nothing proves nothing. */

const RSS = `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>T</title><link>https://a.example/</link><description>D</description><ttl>5</ttl>
<lastBuildDate>Sun, 22 Nov 2026 12:00:00 GMT</lastBuildDate><atom:link rel="self" href="https://a.example/rss.xml"/>
<item><title>I</title><link>https://a.example/1</link><guid isPermaLink="false">tag:a.example,2026:1</guid><pubDate>Sun, 22 Nov 2026 12:00:00 GMT</pubDate>
<enclosure url="https://a.example/1.mp3" length="12" type="audio/mpeg"/><content:encoded>&lt;a href="https://a.example/"&gt;x&lt;/a&gt;</content:encoded></item>
</channel></rss>`;

const ATOM = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><id>https://a.example/atom.xml</id><title>T</title>
<updated>2026-11-22T12:00:00Z</updated><author><name>N</name></author><link rel="self" href="https://a.example/atom.xml"/>
<entry xml:lang="en"><id>tag:a.example,2026:1</id><title>I</title><updated>2026-11-22T12:00:00Z</updated><link href="https://a.example/1"/>
<content type="html">&lt;img src="https://a.example/1.jpg"&gt;</content><link rel="enclosure" href="https://a.example/1.mp3" length="12" type="audio/mpeg"/></entry>
<at:deleted-entry ref="tag:a.example,2026:2" when="2026-11-22T12:00:00Z"/></feed>`;

const JSON_FEED = JSON.stringify({
  version: 'https://jsonfeed.org/version/1.1',
  title: 'T',
  feed_url: 'https://a.example/feed.json',
  items: [{ id: '1', content_html: 'x', date_published: '2026-11-22T12:00:00Z', url: 'https://a.example/1' }],
});

test('documents that follow the rules have no faults', () => {
  expect(rssFaults(RSS)).toEqual([]);
  expect(atomFaults(ATOM)).toEqual([]);
  expect(jsonFeedFaults(JSON_FEED)).toEqual([]);
});

describe.each([
  ['the version', 'version="2.0"', 'version="0.9"'],
  ['a required element', '<description>D</description>', ''],
  ['an RFC 822 date', 'Nov 2026 12:00:00 GMT</pubDate>', 'Nov 2026 12:00:00 CET+1</pubDate>'],
  ['an absolute link', '<link>https://a.example/1</link>', '<link>/1</link>'],
  ['the guid', '<guid isPermaLink="false">tag:a.example,2026:1</guid>', ''],
  ['a permalink that is one', '<guid isPermaLink="false">tag:a.example,2026:1', '<guid>an id'],
  ["the enclosure's length", 'length="12" ', ''],
  ["the enclosure's type", 'type="audio/mpeg"', 'type="mp3"'],
  ['rel=self', 'rel="self"', 'rel="other"'],
  ['absolute URLs in the content', 'href="https://a.example/"&gt;', 'href="/x"&gt;'],
  ['content without script', '&gt;x&lt;', '&gt;&lt;script&gt;x&lt;'],
  [
    'one guid an item',
    '</channel>',
    '<item><title>J</title><guid isPermaLink="false">tag:a.example,2026:1</guid></item></channel>',
  ],
  ['URLs of legal characters', 'https://a.example/1.mp3', 'https://a.example/|1.mp3'],
])('RSS without %s', (_, from, to) => {
  test('is caught', () => expect(rssFaults(RSS.replace(from, to))).not.toEqual([]));
});

describe.each([
  ['an id', '<id>tag:a.example,2026:1</id>', ''],
  ['an updated date', '<updated>2026-11-22T12:00:00Z</updated><link', '<link'],
  ['an RFC 3339 date', '2026-11-22T12:00:00Z</updated><link', '22 Nov 2026</updated><link'],
  ['any author', '<author><name>N</name></author>', ''],
  ["an author's name", '<author><name>N</name></author>', '<author/>'],
  ['rel=self', 'rel="self"', 'rel="related"'],
  ['an absolute link', '<link href="https://a.example/1"/>', '<link href="1"/>'],
  [
    'different alternates',
    '<link href="https://a.example/1"/>',
    '<link href="https://a.example/1"/><link href="https://a.example/2"/>',
  ],
  ['a deletion date', 'when="2026-11-22T12:00:00Z"', 'when="yesterday"'],
  ['its namespace', 'xmlns="http://www.w3.org/2005/Atom"', ''],
  ['a language tag', 'xml:lang="en"', 'xml:lang="English!"'],
])('Atom without %s', (_, from, to) => {
  test('is caught', () => expect(atomFaults(ATOM.replace(from, to))).not.toEqual([]));
});

test.each([
  ['version', { version: 'https://jsonfeed.org/version/1' }],
  ['title', { title: undefined }],
  ['items', { items: undefined }],
  ['content', { items: [{ id: '1' }] }],
  ['id', { items: [{ content_html: '' }] }],
  ['dates', { items: [{ id: '1', content_html: '', date_published: 'Sun, 22 Nov 2026' }] }],
  ['url', { items: [{ id: '1', content_html: '', url: '/1' }] }],
])('JSON Feed with a bad %s is caught', (_, change) => {
  expect(jsonFeedFaults(JSON.stringify({ ...JSON.parse(JSON_FEED), ...change }))).not.toEqual([]);
});

test.each(['<a><b></a>', '<a>&nbsp;</a>', '<a>\u0001</a>', '<a b=1/>', '<a>]]></a>', '<a>x & y</a>'])(
  'XML that is not well-formed is refused: %j',
  (xml) => expect(() => rssFaults(xml)).toThrow(),
);
