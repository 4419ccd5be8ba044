import { describe, expect, test } from 'vitest';
import { personalBytes } from '../../functions/mails/render-mail.ts';
import { usePage } from '../browser/chromium.ts';
import { factsOf } from './mail-facts.ts';
import { aDigest, aStory, publication, stories } from './mails.ts';

const page = usePage();

const factsOfDigest = async (fields: Parameters<typeof aDigest>[0]) => {
  const mail = await aDigest(fields);
  return { ...mail, facts: await factsOf(page(), mail.html) };
};
/** Returns whether the text has these pieces in this order. */
const inOrder = (text: string, pieces: string[]) => {
  const found = pieces.map((piece) => text.indexOf(piece));
  return found.every((at, n) => at >= 0 && at > (found[n - 1] ?? -1));
};

describe('the layout by sections', () => {
  const named = (id: string, section: string) => aStory({ id, title: `About ${id}`, section });
  const list = [
    named('lead', 'Culture'),
    named('tides', 'Weather'),
    named('plays', 'culture'),
    named('boats', 'harbour'),
    named('nowhere', ''),
    named('votes', 'Politics'),
    named('piers', 'Harbour'),
  ];

  test('groups stories in the order of the settings, after stories without a section and before unknown sections', async () => {
    const { facts, text } = await factsOfDigest({ stories: list, layout: 'sections' });
    expect(facts.h2).toEqual(
      ['lead', 'nowhere', 'votes', 'boats', 'piers', 'plays', 'tides'].map((id) => `About ${id}`),
    );
    for (const part of [facts.text, text]) {
      const list = part.slice(part.indexOf('About lead'));
      const pieces = [
        'About lead',
        'About nowhere',
        'City Hall',
        'About votes',
        'Harbour',
        'About boats',
        'About piers',
      ];
      expect(inOrder(list, [...pieces, 'Culture', 'About plays', 'Weather', 'About tides'])).toBe(true);
    }
  });

  test('names each section once, and does not put the sponsor into the middle of a section', async () => {
    const { facts } = await factsOfDigest({
      stories: [aStory(), ...list.filter(({ section }) => section !== 'Culture' && section)],
      layout: 'sections',
    });
    expect(facts.text.split('City Hall')).toHaveLength(2);
    expect(inOrder(facts.text, ['About boats', 'About piers', 'From our sponsor', 'About plays'])).toBe(true);
  });

  test('puts the sponsor after the last section if there are fewer than three stories', async () => {
    const { facts } = await factsOfDigest({ stories: list.slice(0, 3), layout: 'sections' });
    expect(inOrder(facts.text, ['About plays', 'About tides', 'From our sponsor'])).toBe(true);
  });
});

describe('the list of most recent stories', () => {
  const recent = stories(20).map((story, n) => ({
    ...story,
    id: `recent-${n}`,
    title: `Recent ${n + 1}`,
    url: `https://paper.example/recent-${n + 1}`,
  }));

  test('has only headlines, under one heading, after the other stories', async () => {
    const { facts, text } = await factsOfDigest({ stories: stories(3), mostRecent: recent.slice(0, 2) });
    expect(facts.h2).toEqual(['Headline 1', 'Headline 2', 'Headline 3', 'Most recent']);
    expect(facts.images).toHaveLength(2);
    for (const n of [1, 2]) {
      expect(facts.links).toContainEqual({
        href: `https://paper.example/recent-${n}`,
        text: `Recent ${n}`,
      });
      expect(text).toContain(`\nRecent ${n}\nhttps://paper.example/recent-${n}\n`);
    }
    expect(inOrder(facts.text, ['Headline 3', 'Most recent', 'Recent 1', 'Recent 2'])).toBe(true);
  });

  test('is shortened first if a mail would be too big, and the link to the rest counts what it lacks', async () => {
    const long = (n: number, url: string) => ({
      ...aStory({ id: `l${n}` }),
      url: `${url}?${'u'.repeat(1900)}`,
    });
    const list = stories(10).map((story, n) => long(n, story.url ?? ''));
    const big = recent.map((story, n) => long(n + 10, story.url ?? ''));
    const { facts, text, html } = await factsOfDigest({ stories: list, mostRecent: big });
    expect(personalBytes(html)).toBeLessThanOrEqual(95_000);
    const hrefs = new Set(facts.links.map(({ href }) => href));
    const shown = big.filter(({ url }) => hrefs.has(url)).length;
    expect(list.every(({ url }) => hrefs.has(url))).toBe(true);
    expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThan(20);
    expect(facts.text).toContain(`More stories (${20 - shown})`);
    for (const { url } of big) expect(text).toContain(`\n${url}\n`);
  });
});

test('the lead has up to three related stories, and no other story has any', async () => {
  const related = ['One', 'Two', '', 'Three', 'Four'].map((title, n) => ({
    title,
    url: `https://paper.example/related-${n}`,
  }));
  const { facts, text } = await factsOfDigest({ stories: stories(3, { related }) });
  const own = facts.links.filter(({ href }) => href.includes('related'));
  expect(own.map((link) => link.text)).toEqual(['One', 'Two', 'Three']);
  expect(inOrder(facts.text, ['Headline 1', 'Related', 'One', 'Three', 'Headline 2'])).toBe(true);
  expect(inOrder(text, ['Related:\n', 'One\nhttps://paper.example/related-0', 'Headline 2'])).toBe(true);
  expect(text.split('related-')).toHaveLength(4);
});

test('a notice and its buttons come first in a digest, and a greeting comes after the name of the publication', async () => {
  const approve = 'https://news.example/issues/review?token=YQ.Yg&x=1';
  const { facts, text } = await factsOfDigest({
    notice: 'Draft: goes out at 07:30 unless it is held.',
    buttons: [
      { text: 'Approve', url: approve },
      { text: 'Hold', url: `${approve}2` },
    ],
    greeting: 'Welcome aboard.',
  });
  expect(facts.links.slice(0, 2)).toEqual([
    { href: approve, text: 'Approve' },
    { href: `${approve}2`, text: 'Hold' },
  ]);
  const pieces = [
    'Draft: goes out',
    'Approve',
    'Hold',
    'The Lakeside Courier',
    'Welcome aboard',
    'Headline 1',
  ];
  expect(inOrder(facts.text.slice(facts.text.indexOf('Draft')), pieces)).toBe(true);
  expect(inOrder(text, pieces)).toBe(true);
  expect(text).toContain(`Approve: ${approve}\n`);
});

test('a logo replaces the name of the publication, and has the name as its alternative text', async () => {
  const logo = { url: 'https://images.example/logo.png', width: 320, height: 64 };
  const mail = { ...publication.mail, logo };
  const { facts } = await factsOfDigest({ publication: { ...publication, mail } });
  expect(facts.images[0]).toEqual({ src: logo.url, alt: 'The Lakeside Courier', width: 320 });
  expect(facts.h1).toEqual(['']);
});

test('a digest uses the subject and the preheader that it is given, unless they are empty or too short', async () => {
  const mail = await aDigest({
    subject: 'First Light, {date}\r\nBcc: x@example.com',
    preheader: 'Eight stories about the harbour, to be read before the ferry.',
  });
  expect(mail.subject).toBe('First Light, {date} Bcc: x@example.com');
  expect(mail.preheader).toBe('Eight stories about the harbour, to be read before the ferry.');
  const blank = await aDigest({ subject: '\u0085', preheader: 'Short' });
  expect(blank.subject).toBe('Headline 1');
  expect(blank.preheader).toMatch(/^Short · The first boat left/);
});
