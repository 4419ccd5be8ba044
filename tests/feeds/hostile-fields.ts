import fc from 'fast-check';
import { parseAtomFeed, parseRssFeed } from 'feedsmith';
import { expect } from 'vitest';
import { parseSettings } from '../../functions/settings/publication.ts';
import { anyText } from '../support/any-text.ts';
import { aFullArticleInput } from '../support/builders.ts';
import { atomFaults, jsonFeedFaults, rssFaults } from '../support/feed-rules.ts';
import { setUp } from '../support/installation.ts';
import {
  type Element,
  feedsmithAtom,
  feedsmithRss,
  firstAlt,
  one,
  type ReadEntry,
  readAtom,
  readJson,
  readRss,
  xmlTree,
} from '../support/parsers.ts';
import { podcastFaults } from '../support/podcast-rules.ts';

// biome-ignore format: a table
const NASTY = [
  '&', '<', '>', '"', "'", ']]>', '<![CDATA[', '&amp;', '&lt;', '&#38;', '&#x3c;', '&nbsp;', '&bogus;', '<b>', '</title>',
  '<entry>', '</entry>', '<!--', '-->', '<?xml?>', '<script>alert(1)</script>', 'javascript:alert(1)', '\u0000', '\u0001',
  '\b', '\u000b', '\u001f', '\u007f', '\u0085', '\u00a0', '\u2028', '\u2029', '\ufffe', '\uffff', '\ud800', '\udfff',
  '\ufeff', '\u202e', 'مرحبا', 'שלום', '👩‍👩‍👧', '\u{10ffff}', '\r\n', '\n', '\t', '  ', '%', '%zz', '\\', '{}', '|', '$&', '$1',
];

const nasty = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), anyText({ maxLength: 8 })), { maxLength: 12 })
  .map((parts) => parts.join(''));

/** Returns the text without characters that XML 1.0 forbids (section 2.2), and with its line ends as an XML parser reads them. */
function legal(text: string): string {
  const kept = [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
    return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
  return kept.join('').replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}
const onOneLine = (text: string) =>
  legal(text)
    .replace(/[\t\n]+/g, ' ')
    .trim();

/** Hostile text in every field is harmless, and its legal part arrives in every feed reader as it was written. */
export async function postHostileText(numRuns: number): Promise<void> {
  const { edit, request, pass } = await setUp();
  const fields = fc.record({
    title: nasty,
    summary: nasty,
    author: nasty,
    contributor: nasty,
    tag: nasty,
    section: nasty,
    alt: nasty,
    caption: nasty,
    credit: nasty,
    related: nasty,
    query: nasty,
    body: nasty,
  });
  await fc.assert(
    fc.asyncProperty(fields, async (given) => {
      pass(1000);
      const url = `https://a.example/p?q=${given.query.toWellFormed()}`;
      const audioUrl = `https://a.example/p.mp3?q=${given.query.toWellFormed()}`;
      const input = aFullArticleInput({
        title: `x${given.title}`,
        summary: `x${given.summary}`,
        url,
        authors: [{ name: `x${given.author}`, url }],
        contributors: [{ name: `x${given.contributor}`, url }],
        tags: [`x${given.tag}`],
        section: `zz${given.section}`,
        image: { url, alt: given.alt, caption: `x${given.caption}`, credit: `x${given.credit}` },
        audio: { url: audioUrl, type: 'audio/mpeg', bytes: 1000, seconds: 60 },
        commentsUrl: url,
        related: [{ title: `x${given.related}`, url }],
        content: { html: `<p>x${given.body}</p>` },
      });
      const answer = await edit('PUT', '/api/articles/hostile', input);
      expect([200, 201]).toContain(answer.status);
      const { link, content, audio } = await answer.json();
      const expected: Partial<ReadEntry> = {
        link,
        title: onOneLine(`x${given.title}`),
        summary: legal(`x${given.summary}`).trim(),
        authors: [onOneLine(`x${given.author}`)],
        contributors: [onOneLine(`x${given.contributor}`)],
        categories: [onOneLine(`zz${given.section}`), onOneLine(`x${given.tag}`)],
        photo: {
          url: link,
          caption: legal(`x${given.caption}`).trim(),
          credit: legal(`x${given.credit}`).trim(),
        },
        enclosure: { url: audio.url, type: 'audio/mpeg', length: 1000 },
        comments: link,
        related: [{ title: onOneLine(`x${given.related}`), url: link }],
      };
      const alt = legal(given.alt).trim();
      const rss = await (await request('/rss.xml')).text();
      const atom = await (await request('/atom.xml')).text();
      const json = await (await request('/feed.json')).text();
      const podcast = await (await request('/podcast.xml')).text();
      for (const [entry] of [
        readRss(rss),
        readAtom(atom),
        readJson(json),
        feedsmithRss(rss),
        feedsmithAtom(atom),
        readRss(podcast),
        feedsmithRss(podcast),
      ]) {
        expect(entry).toMatchObject(expected);
        expect(entry?.html?.endsWith(content.html)).toBe(true);
        expect(firstAlt(entry?.html)).toBe(alt);
      }
      expect(JSON.parse(json).items[0]._broadsheet.image.alt).toBe(alt);
      const anyText = { anyText: true };
      const faults = [rssFaults(rss, anyText), atomFaults(atom, anyText), podcastFaults(podcast, anyText)];
      expect([...faults.flat(), ...jsonFeedFaults(json)]).toEqual([]);
    }),
    { numRuns },
  );
}

/** Hostile text in the settings, without control characters, arrives in every feed reader as it was written. */
export async function setHostileText(numRuns: number): Promise<void> {
  const line = nasty.map((text) => `x${text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '')}`.trim());
  const texts = fc.record({
    name: line,
    description: line,
    title: line,
    about: line,
    owner: line,
    copyright: line,
  });
  const { config } = await setUp();
  await fc.assert(
    fc.asyncProperty(texts, async ({ name, description, title, about, owner, copyright }) => {
      const publication = parseSettings({
        ...config.publication,
        languages: ['en'],
        editions: [],
        sections: [],
        name: { en: name },
        description: { en: description },
        podcast: {
          ...config.publication.podcast,
          title: { en: title },
          description: { en: about },
          owner: { name: owner, email: 'a&b@paper.example' },
          category: 'Society & Culture',
          subcategory: 'Places & Travel',
          copyright: { en: copyright },
        },
      });
      const { edit, request } = await setUp({ config: { publication } });
      await edit('POST', '/api/articles', aFullArticleInput());
      const read = async (path: string) => (await request(path)).text();
      const [rss, atom, podcast, json] = await Promise.all(
        ['/rss.xml', '/atom.xml', '/podcast.xml', '/feed.json'].map(read),
      );
      const head = { title: name, description };
      expect(parseRssFeed(rss)).toMatchObject(head);
      expect(textsOf(one(xmlTree(rss ?? ''), 'channel'), ['title', 'description'])).toEqual([
        name,
        description,
      ]);
      expect(textsOf(xmlTree(atom ?? ''), ['atom:title', 'atom:subtitle'])).toEqual([name, description]);
      expect(parseAtomFeed(atom)).toMatchObject({ title: { value: name }, subtitle: { value: description } });
      expect(JSON.parse(json ?? '')).toMatchObject(head);
      const channel = one(xmlTree(podcast ?? ''), 'channel');
      expect(textsOf(channel, ['title', 'description', 'copyright', 'itunes:author'])).toEqual([
        title,
        about,
        copyright,
        name,
      ]);
      const itunes = {
        owner: { name: owner, email: 'a&b@paper.example' },
        categories: [{ text: 'Society & Culture', categories: [{ text: 'Places & Travel' }] }],
      };
      expect(parseRssFeed(podcast)).toMatchObject({ title, description: about, copyright, itunes });
      const anyText = { anyText: true };
      expect([
        ...rssFaults(rss ?? '', anyText),
        ...atomFaults(atom ?? '', anyText),
        ...podcastFaults(podcast ?? '', anyText),
      ]).toEqual([]);
    }),
    { numRuns },
  );
}

const textsOf = (element: Element | undefined, names: string[]) =>
  names.map((name) => one(element, name)?.text);
