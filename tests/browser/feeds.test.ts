import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { setUp, useDatabase } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { useBrowser } from './visit.ts';

/** Feeds in a real browser: with its own Accept header, under the policy that the pages are served with. */

useDatabase();

const open = useBrowser(async () => {
  const world = await setUp();
  await postStory(world, { title: 'The ferry returns', tags: ['Ferries'] });
  return world.app.fetch;
});

/** Nothing that is done here gives a browser cause to complain. */
async function visit(
  path: string,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
  before?: (page: Page) => Promise<unknown>,
): Promise<void> {
  const { complaints } = await open(path, { locale: 'en-GB', ...options }, use, before);
  expect(complaints).toEqual([]);
}

const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
const focused = (page: Page) => page.evaluate(() => document.activeElement?.outerHTML);

test('a feed that is opened in a browser is a page with its stories, and its document is one fetch away', async () => {
  await visit('/tags/ferries/rss.xml', async (page) => {
    expect(await page.locator('h1').textContent()).toBe('Ferries');
    expect(await page.locator('.stories h2').allTextContents()).toEqual(['The ferry returns']);
    const first = await page.locator('link[rel=alternate]').first().getAttribute('href');
    const document = await page.request.get(new URL(first ?? '', page.url()).href);
    expect([first, document.headers()['content-type']]).toEqual([
      '/tags/ferries/rss.xml',
      'application/rss+xml; charset=utf-8',
    ]);
  });
});

test('by keyboard alone, the address of a feed comes onto the clipboard, and that is said', async () => {
  await visit(
    '/en/feeds',
    async (page) => {
      await page.locator('summary').first().focus();
      await page.keyboard.press('Tab');
      const field = page.locator('.copy input').first();
      expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
      expect(await page.evaluate(() => getSelection()?.toString())).toBe('https://paper.example/rss.xml');
      await page.keyboard.press('Tab');
      expect(await focused(page)).toMatch(/^<button [^>]*>Copy</);
      await page.keyboard.press('Enter');
      const status = page.getByRole('status').first();
      await status.getByText('Copied').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('https://paper.example/rss.xml');
      await page.locator('.copy button').nth(1).press('Space');
      await page.getByRole('status').nth(1).getByText('Copied').waitFor();
      expect(await status.textContent()).toBe('');
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        'https://paper.example/en/rss.xml',
      );
    },
    CLIPBOARD,
  );
});

test('a feed that is folded up is opened by keyboard, and copied too', async () => {
  await visit(
    '/en/feeds',
    async (page) => {
      const folded = page.locator('details:not([open])').first();
      expect(await folded.locator('input').isVisible()).toBe(false);
      await folded.locator('summary').focus();
      await page.keyboard.press('Enter');
      for (const _ of ['field', 'button']) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('Copied').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
        'https://paper.example/podcast.xml',
      );
    },
    CLIPBOARD,
  );
});

test('where the browser refuses, the address is selected, and the reader is told to copy it', async () => {
  await visit(
    '/en/rss.xml',
    async (page) => {
      await page.locator('.copy button').click();
      await page.getByRole('status').getByText('The address is selected').waitFor();
      expect(await page.evaluate(() => getSelection()?.toString())).toBe('https://paper.example/en/rss.xml');
    },
    {},
    (page) =>
      page.addInitScript(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
      }),
  );
});

test.each<[string, BrowserContextOptions, (page: Page) => Promise<unknown>]>([
  ['without scripts', { javaScriptEnabled: false }, async () => {}],
  [
    'without a clipboard',
    {},
    (page) =>
      page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })),
  ],
])('%s there is no button, and the address is there to be selected', async (_, options, before) => {
  await visit(
    '/en/feeds',
    async (page) => {
      expect(await page.locator('.copy button').count()).toBeGreaterThan(10);
      expect(await page.locator('.copy button:visible').count()).toBe(0);
      const field = page.getByLabel('Address (RSS)').first();
      expect(await field.inputValue()).toBe('https://paper.example/rss.xml');
      expect(await field.isEditable()).toBe(false);
      await field.focus();
      await page.keyboard.press('Tab');
      expect(await focused(page)).toMatch(/^<a href="https:\/\/feedly.com/);
    },
    options,
    before,
  );
});
