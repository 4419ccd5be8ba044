import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../browser/chromium.ts';
import { aFullArticleInput } from '../support/builders.ts';
import { useDatabase } from '../support/installation.ts';
import { postStory, sendNow, withReaders } from '../support/newsroom.ts';
import { mailFaults } from './mail-rules.ts';

useDatabase();

let browser: Browser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
});
afterAll(() => browser.close());

test('every mail that a reader gets, from signing up to the digest, keeps every rule as it leaves the house', async () => {
  const world = await withReaders();
  for (const language of ['en', 'es']) {
    const { content, ...story } = aFullArticleInput({ language, title: `Ferry & harbour, ${language}` });
    await postStory(world, {
      ...story,
      content,
      id: `full-${language}`,
      url: `https://paper.example/${language}?a=1&b=2`,
    });
  }
  await sendNow(world, 'first');
  const kinds = world.mails.map(({ key, to }) => `${key.split('/')[0]} ${to}`).sort();
  expect(kinds).toEqual([
    'confirmation en@reader.example',
    'confirmation es@reader.example',
    'issue en@reader.example',
    'issue es@reader.example',
  ]);
  for (const mail of world.mails) expect(await mailFaults(page, mail), mail.subject).toEqual([]);
});
