import { describe, expect, test } from 'vitest';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';

/** Tests of the rules that other tests apply to feeds. A document that breaks a rule must be caught, or the rule proves nothing. */

const RSS = `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>T</title><link>https://a.example/</link><description>D</description><ttl>5</ttl><image><title>T</title><url>https://a.example/l.png</url><link>https://a.example/</link></image>
<lastBuildDate>Sun, 22 Nov 2026 12:00:00 GMT</lastBuildDate><atom:link rel="self" href="https://a.example/rss.xml"/>
<item><title>I</title><link>https://a.example/1</link><guid isPermaLink="false">tag:a.example,2026:1</guid><pubDate>Sun, 22 Nov 2026 12:00:00 GMT</pubDate>
<description>d</description><enclosure url="https://a.example/1.mp3" length="12" type="audio/mpeg"/><content:encoded>&lt;a href="https://a.example/"&gt;x&lt;/a&gt;</content:encoded></item>
</channel></rss>`;

const ATOM = `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><id>https://a.example/atom.xml</id><title>T</title>
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

const now = Date.parse('2026-11-22T12:00:00Z');
const GIVEN = {
  rss: { url: 'https://a.example/rss.xml', now },
  atom: { url: 'https://a.example/atom.xml', now },
  json: { url: 'https://a.example/feed.json' },
};

test('documents that follow the rules have no faults', () => {
  expect(rssFaults(RSS, GIVEN.rss)).toEqual([]);
  expect(atomFaults(ATOM, GIVEN.atom)).toEqual([]);
  expect(jsonFeedFaults(JSON_FEED, GIVEN.json)).toEqual([]);
});

describe.each([
  ['the version', 'version="2.0"', 'version="0.9"'],
  ['a required element', '<description>D</description>', ''],
  ['an RFC 822 date', 'Nov 2026 12:00:00 GMT</pubDate>', 'Nov 2026 12:00:00 CET+1</pubDate>'],
  ['an absolute link', '<link>https://a.example/1</link>', '<link>/1</link>'],
  ['the guid', '<guid isPermaLink="false">tag:a.example,2026:1</guid>', ''],
  ['a permalink that is a URL', '<guid isPermaLink="false">tag:a.example,2026:1', '<guid>an id'],
  ["the enclosure's length", 'length="12" ', ''],
  ["the enclosure's type", 'type="audio/mpeg"', 'type="mp3"'],
  ['rel=self', 'rel="self"', 'rel="other"'],
  ['absolute URLs in the content', 'href="https://a.example/"&gt;', 'href="/x"&gt;'],
  ['content without script', '&gt;x&lt;', '&gt;&lt;script&gt;x&lt;'],
  [
    'a different guid for each item',
    '</channel>',
    '<item><title>J</title><guid isPermaLink="false">tag:a.example,2026:1</guid></item></channel>',
  ],
  ['URLs of legal characters', 'https://a.example/1.mp3', 'https://a.example/|1.mp3'],
  ['its encoding', ' encoding="utf-8"', ''],
  ['a description before the content', '<description>d</description>', ''],
  ['a description that stands before the content', /(<description>d<.*?>)(.*<\/content:encoded>)/s, '$2$1'],
  ["its channel's link in the image", '</url><link>https://a.example/<', '</url><link>https://b.example/<'],
  ["its channel's title in the image", '<image><title>T', '<image><title>U'],
  ['an image that feed readers show', 'l.png', 'l.svg'],
  [
    'the right day of the week',
    'Sun, 22 Nov 2026 12:00:00 GMT</pubDate>',
    'Mon, 22 Nov 2026 12:00:00 GMT</pubDate>',
  ],
  ['a plausible date', 'Sun, 22 Nov 2026 12:00:00 GMT</pubDate>', 'Wed, 22 Nov 1989 12:00:00 GMT</pubDate>'],
  [
    'a date in the past',
    'Sun, 22 Nov 2026 12:00:00 GMT</pubDate>',
    'Mon, 23 Nov 2026 12:00:00 GMT</pubDate>',
  ],
  ['its own address as self link', 'https://a.example/rss.xml', 'https://a.example/atom.xml'],
  ['relations that are all registered', '<ttl>', '<atom:link rel="archive" href="https://a.example/"/><ttl>'],
  [
    'namespaces that are all known',
    'xmlns:atom=',
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:atom=',
  ],
  ['elements that are all known', '<ttl>', '<keywords>k</keywords><ttl>'],
  [
    'a single enclosure per item',
    '<enclosure url="https://a.example/1.mp3" length="12" type="audio/mpeg"/>',
    '<enclosure url="https://a.example/1.mp3" length="12" type="audio/mpeg"/><enclosure url="https://a.example/2.mp3" length="12" type="audio/mpeg"/>',
  ],
  ['a single element for the id of an item', '<guid', '<atom:id>tag:a.example,2026:1</atom:id><guid'],
  ['its head before its items', /(<ttl>.*<\/ttl>)(.*)(<\/channel>)/s, '$2$1$3'],
  ['a sufficiently unique guid', 'tag:a.example,2026:1<', '1234<'],
  ['a tag URI in the right form', 'tag:a.example,2026:1<', 'tag:a.example:1<'],
  ['plain text in a title', '<title>I</title>', '<title>&lt;b&gt;I&lt;/b&gt;</title>'],
  ['a title with something in it', '<title>I</title>', '<title> </title>'],
  ['legible text', '<title>I</title>', '<title>I\u0093</title>'],
  ['content of harmless elements', '&gt;x&lt;', '&gt;&lt;bdo dir="rtl"&gt;x&lt;'],
  ['content of harmless attributes', '&lt;a href', '&lt;a style="color:red" href'],
])('RSS without %s', (_, from, to) => {
  test('is caught', () => {
    expect(RSS.replace(from, to)).not.toBe(RSS);
    expect(rssFaults(RSS.replace(from, to), GIVEN.rss)).not.toEqual([]);
  });
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
    'a single alternate link per entry',
    '<link href="https://a.example/1"/>',
    '<link href="https://a.example/1"/><link href="https://a.example/2"/>',
  ],
  ['a deletion date', 'when="2026-11-22T12:00:00Z"', 'when="yesterday"'],
  ['its namespace', 'xmlns="http://www.w3.org/2005/Atom"', ''],
  ['a language tag', 'xml:lang="en"', 'xml:lang="English!"'],
  ['its head before its items', /(<author>.*<\/author>)(.*)(<\/feed>)/s, '$2$1$3'],
  ['its own address as self link', 'https://a.example/atom.xml"', 'https://a.example/rss.xml"'],
  ['relations that are all registered', 'rel="enclosure"', 'rel="media"'],
  [
    'a relation that an entry may have',
    '<link href="https://a.example/1"/>',
    '<link href="https://a.example/1"/><link rel="current" href="https://a.example/"/>',
  ],
  ['a single self link', '<author>', '<link rel="self" href="https://a.example/atom.xml"/><author>'],
  ['any text', /<content.*<\/content>/, ''],
  [
    'a summary that says less than the content',
    '<content',
    '<summary>&lt;img src="https://a.example/1.jpg"&gt;</summary><content',
  ],
  ['harmless content', '&lt;img src', '&lt;img onerror="x" src'],
  ['absolute URLs in the content', 'src="https://a.example/1.jpg"', 'src="/1.jpg"'],
  ['plain text in a title', '<title>I</title>', '<title>&amp;amp;</title>'],
  ['elements that are all known', '<title>I</title>', '<title>I</title><keywords>k</keywords>'],
  ['a plausible date', '2026-11-22T12:00:00Z</updated><link', '1970-01-01T00:00:00Z</updated><link'],
  ['a date in the past', '2026-11-22T12:00:00Z</updated><link', '2026-11-22T12:11:00Z</updated><link'],
  [
    'an archive that names the current feed',
    '<author>',
    '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/><author>',
  ],
  ['namespaces that are all known', '<author>', '<x xmlns="https://a.example/"/><author>'],
  ['a tombstone, but with the namespace of tombstones', /<at:deleted-entry.*?\/>/, ''],
])('Atom without %s', (_, from, to) => {
  test('is caught', () => {
    expect(ATOM.replace(from, to)).not.toBe(ATOM);
    expect(atomFaults(ATOM.replace(from, to), GIVEN.atom)).not.toEqual([]);
  });
});

test.each([
  ['version', { version: 'https://jsonfeed.org/version/1' }],
  ['title', { title: undefined }],
  ['list of items', { items: undefined }],
  ['content', { items: [{ id: '1' }] }],
  ['id', { items: [{ content_html: '' }] }],
  ['date', { items: [{ id: '1', content_html: '', date_published: 'Sun, 22 Nov 2026' }] }],
  ['url', { items: [{ id: '1', content_html: '', url: '/1' }] }],
  ['address of its own', { feed_url: 'https://a.example/rss.xml' }],
  ['next page', { next_url: 'https://a.example/feed.json' }],
  ['member', { keywords: [] }],
  ['member of an item', { items: [{ id: '1', content_html: '', keywords: [] }] }],
  ['author', { authors: [{}] }],
  ['tag', { items: [{ id: '1', content_html: '', tags: [1] }] }],
  ['hub', { hubs: ['https://a.example/websub'] }],
  [
    'attachment',
    { items: [{ id: '1', content_html: '', attachments: [{ url: 'https://a.example/1.mp3' }] }] },
  ],
  ['banner', { items: [{ id: '1', content_html: '', banner_image: '/1.jpg' }] }],
])('JSON Feed with a bad %s is caught', (_, change) => {
  const document = JSON.stringify({ ...JSON.parse(JSON_FEED), ...change });
  expect(jsonFeedFaults(document, GIVEN.json)).not.toEqual([]);
});

test.each(['<a><b></a>', '<a>&nbsp;</a>', '<a>\u0001</a>', '<a b=1/>', '<a>]]></a>', '<a>x & y</a>'])(
  'XML that is not well-formed is refused: %j',
  (xml) => expect(() => rssFaults(xml)).toThrow(),
);
