import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchBrowser } from './chromium.ts';

type Fetch = (request: Request) => Response | Promise<Response>;
type Visit = <T>(
  path: string,
  options: BrowserContextOptions,
  use: (page: Page) => Promise<T>,
  /** What is done to the page before it is opened. */
  before?: (page: Page) => Promise<unknown>,
) => Promise<{ result: T; complaints: string[] }>;

/**
 * Call at the top of a test file: serves what `start` gives while the file runs. The function opens a path of it in a
 * browser of its own, `use`s the page, and gives what the browser complained of.
 */
export function useBrowser(start: () => Fetch | Promise<Fetch>): Visit {
  let server: ServerType;
  let browser: Browser;
  let base: string;

  beforeAll(async () => {
    const fetch = await start();
    server = await new Promise((resolve) => {
      const starting = serve({ fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(starting));
    });
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  return async (path, options, use, before) => {
    const context = await browser.newContext(options);
    const complaints: string[] = [];
    try {
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      await before?.(page);
      await page.goto(base + path);
      return { result: await use(page), complaints };
    } finally {
      await context.close();
    }
  };
}
