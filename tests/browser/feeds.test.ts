import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { setUp } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { useBrowser } from './visit.ts';

/**
 * Feeds in a real browser, with the Accept header of the browser and under the content security policy of the pages.
 */

const open = useBrowser(async () => {
  const world = await setUp();
  await postStory(world, { title: 'The ferry returns', tags: ['Ferries'] });
  return world.app.fetch;
});

/** Opens a path and uses the page. The browser must not report an error meanwhile. */
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

test('a feed that is opened in a browser is a page with its stories, and the page links to the feed document', async () => {
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

test('a person can copy the address of a feed with only the keyboard, and the page says that it is copied', async () => {
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

test('a person can unfold a feed with only the keyboard, and copy its address', async () => {
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

test('if the browser refuses to copy, the address is selected, and the page says so', async () => {
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
])('%s, the page has no button to copy, and the address can be selected', async (_, options, before) => {
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
