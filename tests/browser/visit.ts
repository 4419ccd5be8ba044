import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { connectToBrowser } from './chromium.ts';

type Fetch = (request: Request) => Response | Promise<Response>;
type Visit = <T>(
  path: string,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<T>,
  /** Is called with the page before the path is opened. */
  before?: (page: Page) => Promise<unknown>,
) => Promise<{ result: T; complaints: string[] }>;

/**
 * Call this at the top of a test file: it serves what `start` returns while the file runs. It returns a function that
 * opens a path in a browser, calls `use` with the page, and returns the result and the errors that the browser
 * reported. Visits with options get a browser context of their own. Other visits share a page, because a new page
 * starts a process, and that takes longer than most visits.
 */
export function useBrowser(start: () => Fetch | Promise<Fetch>): Visit {
  let server: ServerType;
  let browser: Browser;
  let base: string;
  let shared: Page;

  beforeAll(async () => {
    const fetch = await start();
    server = await new Promise((resolve) => {
      const starting = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(starting));
    });
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await connectToBrowser();
    shared = await browser.newPage();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  return async (path, options, use, before) => {
    const hasOptions = Object.keys(options).length > 0;
    const page = hasOptions ? await (await browser.newContext(options)).newPage() : shared;
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    try {
      await before?.(page);
      await page.goto(base + path);
      return { result: await use(page), complaints };
    } finally {
      if (hasOptions) await page.context().close();
      else await asNew(page);
    }
  };
}

/** Undoes what a visit has done to a page. */
async function asNew(page: Page): Promise<void> {
  page.removeAllListeners('console');
  page.removeAllListeners('pageerror');
  await page.unrouteAll();
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize({ width: 1280, height: 720 });
}
