import { expect, test } from 'vitest';
import { usePage } from '../browser/chromium.ts';
import { factsOf } from './mail-facts.ts';
import { aConfirmation, publication } from './mails.ts';

const page = usePage();

const confirmUrl = 'https://news.example/subscriptions/confirm?token=abc.def&x=1';

test('a confirmation says who asks, for which newsletters, and what to do if it was somebody else', async () => {
  const { html, text, subject } = await aConfirmation();
  expect(subject).toBe('Confirm your subscription to The Lakeside Courier');
  const { text: shown } = await factsOf(page(), html);
  for (const part of [shown, text]) {
    expect(part).toContain('asked The Lakeside Courier to send these newsletters');
    expect(part).toContain('First Light');
    expect(part).toContain('What is new since yesterday, every morning at half past seven.');
    expect(part).toContain('The Long Weekend');
    expect(part).toContain('If it was not you, ignore this mail');
    expect(part).toContain('3 Mill Lane');
  }
});

test('a confirmation names only the newsletters that were asked for', async () => {
  const { html, text } = await aConfirmation({ editions: publication.editions.slice(1) });
  expect(html + text).not.toContain('First Light');
});

test('the button of a confirmation and the address under it lead to the same page, and no link of the mail unsubscribes', async () => {
  const { html, text } = await aConfirmation({ confirmUrl });
  const { links } = await factsOf(page(), html);
  expect(links).toEqual([
    { href: confirmUrl, text: 'Confirm subscription' },
    { href: confirmUrl, text: confirmUrl },
    { href: 'https://news.example/', text: 'The Lakeside Courier' },
  ]);
  expect(text).toContain(`Confirm subscription:\n${confirmUrl}\n`);
  expect(html + text).not.toContain('%%');
});

test('a confirmation has a title, a language, one h1, layout tables and colour schemes, and nothing that runs or is fetched', async () => {
  const { html } = await aConfirmation();
  const facts = await factsOf(page(), html);
  expect(facts).toMatchObject({
    title: 'Confirm your subscription to The Lakeside Courier',
    lang: 'en',
    dir: 'ltr',
    h1: ['Confirm your subscription'],
    h2: ['First Light', 'The Long Weekend'],
    images: [],
  });
  expect(new Set(facts.tableRoles)).toEqual(new Set(['presentation']));
  expect(facts.metas).toMatchObject({ 'color-scheme': 'light dark' });
  expect(facts.styles).toContain('@media (prefers-color-scheme: dark)');
  expect(facts.styles).not.toMatch(/@import|url\(|@font-face/);
  for (const name of ['script', 'form', 'input', 'link', 'iframe'])
    expect(facts.elements).not.toContain(name);
  expect(html).not.toMatch(/\{\{|\{%|<\/?mj-|\{\w+\}|undefined|\[object/);
});

test('the preheader of a confirmation has 40 to 90 characters and is not the subject', async () => {
  for (const language of ['en', 'es']) {
    const { preheader, subject, html } = await aConfirmation({ language });
    expect([...preheader].length).toBeGreaterThanOrEqual(40);
    expect([...preheader].length).toBeLessThanOrEqual(90);
    expect(preheader).not.toBe(subject);
    expect((await factsOf(page(), html)).text.startsWith(preheader)).toBe(true);
  }
});

test('the text part of a confirmation has no HTML, and the same request gives the same bytes', async () => {
  const mail = await aConfirmation();
  expect(mail.text).not.toMatch(/<\/?[a-z]|&\w+;/i);
  expect(await aConfirmation()).toEqual(mail);
});
