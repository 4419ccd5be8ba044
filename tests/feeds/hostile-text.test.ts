import { XMLParser } from 'fast-xml-parser';
import Parser from 'rss-parser';
import { describe, expect, test } from 'vitest';
import { aFullArticleInput } from '../support/builders.ts';
import { setUp } from '../support/installation.ts';
import {
  feedsmithAtom,
  feedsmithRss,
  one,
  readAtom,
  readJson,
  readRss,
  xmlTree,
} from '../support/parsers.ts';
import { postHostileText, setHostileText } from './hostile-fields.ts';

test('hostile text in every field is harmless, and its legal part arrives in every feed reader as it was written', async () => {
  await postHostileText(8);
});

test('hostile text in the settings arrives in every feed reader as it was written', async () => {
  await setHostileText(4);
});

test('the title 5 < 6 & "so" is the same in every feed reader', async () => {
  const { edit, request } = await setUp();
  const title = '5 < 6 & "so"';
  await edit('POST', '/api/articles', aFullArticleInput({ title }));
  const [rss = '', podcast = '', atom = '', json = ''] = await Promise.all(
    ['/rss.xml', '/podcast.xml', '/atom.xml', '/feed.json'].map(async (path) => (await request(path)).text()),
  );
  const entries = [rss, podcast].flatMap((xml) => [readRss(xml), feedsmithRss(xml)]);
  for (const [entry] of [...entries, readAtom(atom), feedsmithAtom(atom), readJson(json)])
    expect(entry?.title).toBe(title);
  for (const xml of [rss, podcast, atom]) {
    expect((await new Parser().parseString(xml)).items[0]?.title).toBe(title);
    expect(new XMLParser().parse(xml)).toSatisfy((tree) =>
      JSON.stringify(tree).includes(JSON.stringify(title)),
    );
  }
});

describe('text that libraries are known to misread', () => {
  test.each([
    '&amp;',
    '&lt;b&gt;',
    ']]>',
    '<![CDATA[x]]>',
    '</title>',
    '&#38;',
    '"quoted" & \'single\'',
    '$& $1 $$',
  ])('such as %s arrives unchanged as title, summary, tag, author and section name', async (text) => {
    const { edit, request } = await setUp();
    const input = aFullArticleInput({
      title: text,
      summary: text,
      tags: [`t ${text}`],
      authors: [{ name: text }],
      section: `s ${text}`,
    });
    expect((await edit('POST', '/api/articles', input)).status).toBe(201);
    const expected = { title: text, summary: text, authors: [text], categories: [`s ${text}`, `t ${text}`] };
    const rss = await (await request('/rss.xml')).text();
    const atom = await (await request('/atom.xml')).text();
    for (const [entry] of [readRss(rss), feedsmithRss(rss), readAtom(atom), feedsmithAtom(atom)]) {
      expect(entry).toMatchObject(expected);
    }
  });

  test('arrives unchanged as the name of the publication and of a tag feed', async () => {
    const { config } = await setUp();
    const name = 'R&D &amp; <Post> ]]> "q"';
    const publication = {
      ...config.publication,
      languages: ['en'],
      name: { en: name },
      description: { en: name },
    };
    const { edit, request } = await setUp({ config: { publication } });
    await edit('POST', '/api/articles', aFullArticleInput({ tags: ['A & B &lt;'] }));
    for (const file of ['rss.xml', 'atom.xml']) {
      const xml = await (await request(`/tags/a-b-lt/${file}`)).text();
      const { title } = (file === 'rss.xml' ? rssTitle : atomTitle)(xml);
      expect(title).toBe(`${name}: A & B &lt;`);
    }
    expect((await (await request('/tags/a-b-lt/feed.json')).json()).title).toBe(`${name}: A & B &lt;`);
  });

  test('arrives unchanged as a headline of 100,000 characters', async () => {
    const { edit, request } = await setUp();
    const title = '&<x> ñ👩‍👧'.repeat(10_000);
    expect((await edit('POST', '/api/articles', aFullArticleInput({ title }))).status).toBe(201);
    const [rss] = readRss(await (await request('/rss.xml')).text());
    const [atom] = readAtom(await (await request('/atom.xml')).text());
    expect([rss?.title === title, atom?.title === title]).toEqual([true, true]);
  });
});

const rssTitle = (xml: string) => ({ title: one(one(xmlTree(xml), 'channel'), 'title')?.text });
const atomTitle = (xml: string) => ({ title: one(xmlTree(xml), 'atom:title')?.text });
