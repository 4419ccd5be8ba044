import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setUp, useDatabase } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { launchBrowser } from './chromium.ts';

/** Feeds in a real browser: with its own Accept header, under the policy that the pages are served with. */

useDatabase();

let server: ServerType;
let browser: Browser;
let base: string;

beforeAll(async () => {
  const world = await setUp();
  await postStory(world, { title: 'The ferry returns', tags: ['Ferries'] });
  server = await new Promise((resolve) => {
    const starting = serve({ fetch: world.app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
      resolve(starting),
    );
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function visit(
  path: string,
  use: (page: Page, complaints: string[]) => Promise<void>,
  options: BrowserContextOptions = {},
  before: (page: Page) => Promise<unknown> = async () => {},
): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await before(page);
    await page.goto(base + path);
    await use(page, complaints);
  } finally {
    await context.close();
  }
}

const CLIPBOARD = { permissions: ['clipboard-read', 'clipboard-write'] };
const focused = (page: Page) => page.evaluate(() => document.activeElement?.outerHTML);

test('a feed that is opened in a browser is a page with its stories, and its document is one fetch away', async () => {
  await visit('/tags/ferries/rss.xml', async (page, complaints) => {
    expect(await page.locator('h1').textContent()).toBe('Ferries');
    expect(await page.locator('.stories h2').allTextContents()).toEqual(['The ferry returns']);
    const first = await page.locator('link[rel=alternate]').first().getAttribute('href');
    const document = await page.request.get(base + first);
    expect([first, document.headers()['content-type']]).toEqual([
      '/tags/ferries/rss.xml',
      'application/rss+xml; charset=utf-8',
    ]);
    expect(complaints).toEqual([]);
  });
});

test('by keyboard alone, the address of a feed comes onto the clipboard, and that is said', async () => {
  await visit(
    '/en/feeds',
    async (page, complaints) => {
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
      expect(complaints).toEqual([]);
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
    async (page, complaints) => {
      await page.locator('.copy button').click();
      await page.getByRole('status').getByText('The address is selected').waitFor();
      expect(await page.evaluate(() => getSelection()?.toString())).toBe('https://paper.example/en/rss.xml');
      expect(complaints).toEqual([]);
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
    async (page, complaints) => {
      expect(await page.locator('.copy button').count()).toBeGreaterThan(10);
      expect(await page.locator('.copy button:visible').count()).toBe(0);
      const field = page.getByLabel('Address (RSS)').first();
      expect(await field.inputValue()).toBe('https://paper.example/rss.xml');
      expect(await field.isEditable()).toBe(false);
      await field.focus();
      await page.keyboard.press('Tab');
      expect(await focused(page)).toMatch(/^<a href="https:\/\/feedly.com/);
      expect(complaints).toEqual([]);
    },
    options,
    before,
  );
});
