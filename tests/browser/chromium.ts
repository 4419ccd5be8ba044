import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

/** Switches for a Lambda function. In one process, Chromium ends with its first context; the other two relax what pages are held to. */
const NOT_HERE = ['--single-process', '--disable-web-security', '--allow-running-insecure-content'];

/** The Chromium that comes with the packages. It asks nobody for anything by itself. */
export async function launchBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    headless: true,
    args: [
      ...chromium.args.filter((arg) => !NOT_HERE.includes(arg)),
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  });
}

/** Call at the top of a test file: one page for all its tests. `prepare` sees it first. */
export function usePage(prepare?: (page: Page) => Promise<unknown>): () => Page {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
    await prepare?.(page);
  }, 60_000);
  afterAll(() => browser?.close());
  return () => page;
}
