import { describe, expect, test } from 'vitest';
import type { Article } from '../../functions/articles/article.ts';
import { personalBytes } from '../../functions/mails/render-mail.ts';
import { usePage } from '../browser/chromium.ts';
import { factsOf } from './mail-facts.ts';
import { aDigest, aStory, digestInput, personal, stories } from './mails.ts';

const page = usePage();

const LIMIT = 95_000;
const bytes = (text: string) => Buffer.byteLength(text);
const characters = (text: string) => [...text].length;

describe('a digest', () => {
  const heavy = (count: number) =>
    stories(count, {
      title: '“"&😀'.repeat(27_000),
      summary: '"<&>'.repeat(5000),
      image: {
        url: `https://images.example/?${'&a'.repeat(1000)}`,
        alt: '"'.repeat(5000),
        caption: '"'.repeat(20_000),
        credit: '"'.repeat(5000),
      },
    }).map((story, n) => ({ ...story, url: `https://paper.example/${n}?${'&'.repeat(1900)}` }));

  const medium = (length: number) =>
    stories(50, { summary: 's'.repeat(300) }).map((story, n) => ({
      ...story,
      url: `https://paper.example/${n}?${'u'.repeat(length)}`,
    }));

  test.each<[string, Article[]]>([
    ['50 usual stories', stories(50)],
    ...[700, 800, 900, 1000].map((length): [string, Article[]] => [
      `50 stories with links of ${length} bytes`,
      medium(length),
    ]),
    ['50 stories with everything as long as can be', heavy(50)],
    ['a single story with everything as long as can be', heavy(1)],
  ])('has at most 95,000 bytes with %s', async (_, list) => {
    const { html, subject } = await aDigest({ stories: list });
    expect(bytes(personal(html))).toBeLessThanOrEqual(LIMIT);
    expect(personalBytes(html)).toBeGreaterThanOrEqual(bytes(personal(html)));
    expect(characters(subject)).toBeLessThanOrEqual(150);
  });

  test('leaves out only the last stories, which do not fit, and links to them', async () => {
    const list = medium(900);
    const { html, text } = await aDigest({ stories: list });
    const { h2, links } = await factsOf(page(), html);
    const oneStory = 5000;
    expect(personalBytes(html)).toBeGreaterThan(LIMIT - oneStory);
    const more = links.find(({ href }) => href === `${digestInput().webUrl}&stories=all`);
    expect(more?.text).toBe(`More stories (${50 - h2.length})`);
    const shown = links.map(({ href }) => href).filter((href) => href.startsWith('https://paper.example/'));
    expect([...new Set(shown)]).toEqual(list.slice(0, h2.length).map(({ url }) => url));
    for (const { url } of list) expect(text).toContain(`\n${url}\n`);
  });

  test('leaves out the headlines at its end first, and has all of them in its text part', async () => {
    const list = medium(900);
    const { html, text, dropped } = await aDigest({ stories: list.slice(0, 10), mostRecent: heavy(20) });
    const { h2 } = await factsOf(page(), html);
    expect(h2.filter((headline) => headline.startsWith('Headline '))).toHaveLength(10);
    expect(dropped).toBeGreaterThan(5);
    expect(dropped).toBeLessThan(20);
    expect(bytes(personal(html))).toBeLessThanOrEqual(LIMIT);
    expect(text.split('https://paper.example/19?')).toHaveLength(2);
  });

  test('has ample room for twelve stories, and then offers no more stories', async () => {
    const { html } = await aDigest({ stories: stories(12) });
    expect(personalBytes(html)).toBeLessThan(40_000);
    expect(html).not.toContain('More stories');
  });

  test('replaces a link that is too long for mails by a link to our own page', async () => {
    const { html, text } = await aDigest({
      stories: [aStory({ url: `https://paper.example/${'a'.repeat(2100)}` })],
    });
    for (const part of [html, text]) {
      expect(part).not.toContain('aaaaaa');
      expect(part).toContain('https://news.example/articles/ferry');
    }
  });
});

describe('subject and preheader', () => {
  const dek = 'A dek.';
  test.each([
    ['a dek of usual length', [aStory()]],
    ['a short dek and other headlines', [aStory({ summary: dek }), ...stories(4)]],
    ['a short dek and nothing else', [aStory({ summary: dek })]],
    ['no dek and no body', [aStory({ summary: '', html: '' })]],
    [
      'a dek that repeats the headline',
      [
        aStory({
          title: 'The same words twice, in both places',
          summary: 'The same words twice, in both places',
        }),
      ],
    ],
    ['a very long dek', [aStory({ summary: 'word '.repeat(4000) })]],
    ['a dek without spaces', [aStory({ summary: '😀'.repeat(4000) })]],
    ['a dek of one word and many spaces', [aStory({ summary: `A${'\u00a0'.repeat(100)}b` })]],
  ])('the preheader has 40 to 90 characters with %s', async (_, list) => {
    for (const language of ['en', 'es']) {
      const edition = { ...digestInput().edition, description: { en: '-', es: '-' } };
      const { subject, preheader, html } = await aDigest({ stories: list, language, edition });
      expect(characters(preheader)).toBeGreaterThanOrEqual(40);
      expect(characters(preheader)).toBeLessThanOrEqual(90);
      expect(preheader).not.toBe(subject);
      const { text } = await factsOf(page(), html);
      expect(text.startsWith(preheader)).toBe(true);
    }
  });

  test('a subject is one line of at most 150 characters, and never empty', async () => {
    const long = await aDigest({
      stories: [aStory({ title: `Long\r\nBcc: everybody@example.com\u2028${'word '.repeat(20_000)}` })],
    });
    expect(long.subject).toMatch(/^Long Bcc: everybody@example\.com word .*…$/);
    expect(characters(long.subject)).toBeLessThanOrEqual(150);
    const blank = await aDigest({ stories: [aStory({ title: '\u0085' })] });
    expect(blank.subject).toBe('First Light');
    expect((await factsOf(page(), blank.html)).h2).toEqual(['Harbour']);
  });
});
