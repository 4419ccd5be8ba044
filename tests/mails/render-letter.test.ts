import { expect, test } from 'vitest';
import { usePage } from '../browser/chromium.ts';
import { factsOf } from './mail-facts.ts';
import { aLetter } from './mails.ts';

const page = usePage();

test('a letter says what it is about, what can be done, and what to do if it was somebody else, in both parts', async () => {
  const { html, text, subject } = await aLetter();
  const { text: shown, title, h1, h2 } = await factsOf(page(), html);
  expect([title, h1, h2]).toEqual([subject, ['Manage your subscriptions'], ['First Light']]);
  for (const part of [shown, text]) {
    for (const words of [
      'The Lakeside Courier',
      'You asked for the page where you choose',
      'In English, about Harbour and Culture',
      'Open the page',
      'nobody else has the link',
      'somebody entered your address',
      '3 Mill Lane',
    ])
      expect(part).toContain(words);
  }
});

test('a letter has each button as an address too, in the same order', async () => {
  const { html, text } = await aLetter();
  const manage = 'https://news.example/subscriptions/manage?token=cmVhZGVyLTE.c2ln&x=1';
  const leave = 'https://news.example/unsubscribe?token=YWxs.c2ln';
  expect((await factsOf(page(), html)).links).toEqual([
    { href: manage, text: 'Open the page' },
    { href: leave, text: 'Leave all newsletters' },
    { href: manage, text: manage },
    { href: leave, text: leave },
    { href: 'https://news.example/', text: 'The Lakeside Courier' },
    { href: 'https://news.example/subscriptions/manage?token=a.b', text: 'Change what you get' },
  ]);
  expect(text).toContain(`Open the page:\n${manage}\n\nLeave all newsletters:\n${leave}\n`);
});

test('a letter without facts, buttons and links has no empty places for them', async () => {
  const { html, text } = await aLetter({ facts: [], buttons: [], ignore: '', why: '', links: [] });
  const { links, h2, text: shown } = await factsOf(page(), html);
  expect(links).toEqual([{ href: 'https://news.example/', text: 'The Lakeside Courier' }]);
  expect(h2).toEqual([]);
  for (const part of [shown, text]) expect(part).not.toMatch(/undefined|does not work/);
  expect(text).not.toMatch(/\n{3}/);
});

test('a short preheader of a letter is filled up to 40 characters, and a long one is cut after 90', async () => {
  for (const preheader of ['', 'Short.', 'word '.repeat(50), 'Your newsletters of The Lakeside Courier']) {
    const letter = await aLetter({ preheader, intro: 'Brief.', ignore: '' });
    expect(letter.preheader).toMatch(/^.{40,90}$/u);
    expect(letter.preheader).not.toBe(letter.subject);
  }
});
