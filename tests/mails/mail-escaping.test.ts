import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Article } from '../../functions/articles/article.ts';
import { mailLine } from '../../functions/mails/mail-words.ts';
import { PREFERENCES_PLACEHOLDER, UNSUBSCRIBE_PLACEHOLDER } from '../../functions/mails/placeholders.ts';
import { personalBytes } from '../../functions/mails/render-mail.ts';
import { usePage } from '../browser/chromium.ts';
import { factsOf } from './mail-facts.ts';
import { aConfirmation, aDigest, aLetter, aStory, digestInput } from './mails.ts';

const page = usePage();

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '{{ 7|times:7 }}',
  '{% raw %}{% include "confirmation" %}',
  '{edition} $& $1 $`',
  '%%UNSUBSCRIBE_URL%% %%%PREFERENCES_URL%%%',
  '</mj-text></mj-table></mj-raw><mj-include path="/etc/passwd" />',
  ']]> --> <![endif]--> <!-- htmlmin:ignore -->',
  '&lt;b&gt; &amp;amp; &#60;i&#62;',
  '\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd',
  '\u{1F469}\u200d\u{1F680} \ud800 \u0000 \u0085 \u2028',
  'Bcc: everybody@example.com\r\n\r\n<b>',
];

/** Returns two stories that have the same text in every field that an editor fills in. */
function storiesOf(words: string): Article[] {
  const image = { url: 'https://images.example/a.jpg', alt: words, caption: words, credit: words };
  const related = [{ title: `${words}.`, url: 'https://paper.example/related?a=1&b="2"' }];
  const fields = { title: words, summary: words, section: words, authors: [{ name: words }], image, related };
  return [aStory({ id: 'a', ...fields }), aStory({ id: 'b', ...fields })];
}

async function partsOf(words: string, fields: Parameters<typeof aDigest>[0] = {}) {
  const mail = await aDigest({ stories: storiesOf(words), ...fields });
  return { ...mail, facts: await factsOf(page(), mail.html) };
}

/** Returns the input of a digest with every part that there can be, and these words in each of them. */
const withAll = (words: string): Parameters<typeof aDigest>[0] => ({
  layout: 'sections',
  mostRecent: storiesOf(words),
  subject: words,
  preheader: words,
  notice: `${words}.`,
  buttons: [{ text: `${words}.`, url: 'https://news.example/issues/review?token=a.b' }],
  greeting: words,
});

const letterOf = async (words: string) => {
  const url = 'https://news.example/subscriptions/manage?token=a.b';
  const texts = { subject: words, preheader: words, title: words, intro: words, ignore: words, why: words };
  const mail = await aLetter({
    ...texts,
    facts: [{ name: words, text: words }],
    buttons: [{ text: words, url }],
    links: [{ text: words, url }],
    postalAddress: words,
  });
  return { ...mail, facts: await factsOf(page(), mail.html) };
};

test.each(HOSTILE)('what an editor types is plain text wherever it is in a digest: %j', async (words) => {
  const usual = await partsOf('Usual words');
  const { facts, html, text, subject } = await partsOf(words);
  expect(facts.elements).toEqual(usual.facts.elements);
  expect(facts.attributes).toEqual(usual.facts.attributes);
  expect(facts.links.map(({ href }) => href)).toEqual(usual.facts.links.map(({ href }) => href));
  const shown = mailLine(words, 200).replace(/\s+/g, ' ');
  expect(facts.h2).toEqual([shown, shown]);
  expect(facts.title).toBe(subject);
  expect(facts.images.map(({ alt }) => alt)).toEqual([shown, shown]);
  expect(text.split(mailLine(words, 200)).length).toBeGreaterThan(4);
  for (const part of [html, text]) {
    expect(part.split(UNSUBSCRIBE_PLACEHOLDER)).toHaveLength(2);
    expect(part.split(PREFERENCES_PLACEHOLDER)).toHaveLength(2);
  }
  expect(html).not.toContain('49');
  expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
});

test.each([
  'javascript:alert(1)',
  'https://paper.example/"><script>alert(1)</script>',
  "https://paper.example/' onclick='alert(1)",
  'https://paper.example/%%UNSUBSCRIBE_URL%%',
  'https://paper.example/{{ 7|times:7 }}',
])('an address that could do harm is made harmless or left out: %s', async (url) => {
  const story = aStory({ id: 'a', url, image: { url, alt: 'A boat' } });
  const { html, text } = await aDigest({ stories: [story] });
  const { elements, attributes, links, images } = await factsOf(page(), html);
  expect(elements).not.toContain('script');
  expect(attributes).not.toContain('onclick');
  const [link = ''] = links.map(({ href }) => href);
  expect(link).toMatch(/^https:\/\/(paper\.example|news\.example\/articles\/a$)/);
  expect(link).not.toMatch(/[<>"' {}]|%%/);
  for (const { src } of images) expect(src).toBe(link);
  for (const part of [html, text]) expect(part.split(UNSUBSCRIBE_PLACEHOLDER)).toHaveLength(2);
});

test('an address with something like an HTML entity in it is unchanged in every part of a mail', async () => {
  const at = (place: string) => `https://${place}.example/?a=1&amp;b=2&copy;=3&lt;i`;
  const image = { url: at('photo'), alt: 'A boat' };
  const related = [{ title: 'More', url: at('related') }];
  const story = (id: string) => aStory({ id, url: at(id), image, related });
  const { publication, edition } = digestInput();
  const logo = { url: at('logo'), width: 200, height: 40 };
  const buttons = [{ text: 'Go', url: at('button') }];
  const digest = await aDigest({
    publication: { ...publication, mail: { ...publication.mail, logo } },
    edition: { ...edition, sponsor: { name: 'Books', text: { en: 'Read', es: 'Lea' }, url: at('sponsor') } },
    stories: [story('lead'), story('second')],
    mostRecent: [story('recent')],
    webUrl: at('web'),
    notice: 'A draft',
    buttons,
  });
  const letter = await aLetter({ buttons, links: [{ text: 'Here', url: at('link') }] });
  const found = [await factsOf(page(), digest.html), await factsOf(page(), letter.html)].map(
    ({ links, images }) => [...links.map(({ href }) => href), ...images.map(({ src }) => src)],
  );
  const places = ['photo', 'related', 'lead', 'second', 'recent', 'logo', 'button', 'sponsor', 'web'];
  expect(found[0]).toEqual(expect.arrayContaining(places.map(at)));
  expect(found[1]).toEqual(expect.arrayContaining([at('button'), at('link')]));
  for (const url of found.flat()) expect(url).not.toMatch(/a=1&b|©|</);
});

test('what the settings say is plain text too, in a digest and in a confirmation', async () => {
  const words = '<b>"%%UNSUBSCRIBE_URL%%\' {{ 7|times:7 }} & </mj-text>';
  const names = { en: words, es: words };
  const { publication, edition } = digestInput();
  const hostile = {
    publication: { ...publication, name: names, description: names },
    edition: { ...edition, name: names, description: names, postalAddress: words },
  };
  const sponsor = { name: words, text: names, url: 'https://sponsor.example/?a=1&b="' };
  const digest = await aDigest({ ...hostile, edition: { ...hostile.edition, sponsor } });
  const confirmation = await aConfirmation({
    publication: hostile.publication,
    editions: [hostile.edition],
    postalAddress: words,
  });
  const usual = await factsOf(page(), (await aDigest()).html);
  for (const { html } of [digest, confirmation]) {
    const { elements, h1, text } = await factsOf(page(), html);
    expect(elements.filter((name) => !usual.elements.includes(name) && name !== 'br')).toEqual([]);
    expect(h1).toHaveLength(1);
    expect(text).toContain(mailLine(words, 300));
  }
  expect(digest.html.split(UNSUBSCRIBE_PLACEHOLDER)).toHaveLength(2);
  expect(confirmation.html).not.toContain(UNSUBSCRIBE_PLACEHOLDER);
});

const anyWords = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...HOSTILE)), {
    maxLength: 6,
  })
  .map((pieces) => pieces.join(''));
const oneLineOf = (min: number, max: number) => new RegExp(`^[^\\p{Cc}\\u2028\\u2029]{${min},${max}}$`, 'u');

test('whatever editors type, a digest keeps its elements and its links, and does not get too big', async () => {
  const usual = await partsOf('Usual words', withAll('Usual words'));
  const hrefs = new Set(usual.facts.links.map(({ href }) => href));
  await fc.assert(
    fc.asyncProperty(anyWords, async (words) => {
      const { facts, html, text, subject, preheader } = await partsOf(words, withAll(words));
      expect(facts.elements.filter((name) => !usual.facts.elements.includes(name))).toEqual([]);
      expect(facts.attributes.filter((name) => !usual.facts.attributes.includes(name))).toEqual([]);
      expect(facts.links.filter(({ href }) => !hrefs.has(href))).toEqual([]);
      expect(facts.h1).toEqual(usual.facts.h1);
      expect(facts.h2).toHaveLength(3);
      expect(facts.text).toContain(mailLine(`${words}.`, 150).replace(/\s+/g, ' ').trim());
      expect(html.match(/%%[A-Z_]+%%/g)).toEqual([UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER]);
      expect(text.match(/%%[A-Z_]+%%/g)).toEqual([UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER]);
      expect(text).not.toMatch(/[^\n\P{Cc}]/u);
      expect(personalBytes(html)).toBeLessThanOrEqual(95_000);
      expect(subject).toMatch(oneLineOf(1, 150));
      expect(preheader).toMatch(oneLineOf(40, 90));
      expect(preheader).not.toBe(subject);
    }),
    { numRuns: 40 },
  );
});

test('whatever words a letter has, it keeps its elements and its links', async () => {
  const usual = await letterOf('Usual words');
  const hrefs = usual.facts.links.map(({ href }) => href);
  await fc.assert(
    fc.asyncProperty(anyWords, async (words) => {
      const { facts, html, text, subject, preheader } = await letterOf(words);
      expect(facts.elements.filter((name) => !usual.facts.elements.includes(name))).toEqual([]);
      expect(facts.attributes.filter((name) => !usual.facts.attributes.includes(name))).toEqual([]);
      expect(facts.links.map(({ href }) => href).filter((href) => !hrefs.includes(href))).toEqual([]);
      expect(facts.h1).toEqual([mailLine(words, 200).replace(/\s+/g, ' ').trim()]);
      expect(html + text).not.toMatch(/%%[A-Z_]+%%/);
      expect(text).not.toMatch(/[^\n\P{Cc}]/u);
      expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      expect(preheader).toMatch(oneLineOf(40, 90));
    }),
    { numRuns: 40 },
  );
});
