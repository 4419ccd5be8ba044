import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserServer, type Page, chromium as playwright } from 'playwright-core';
import { afterAll, beforeAll, inject } from 'vitest';

/**
 * Switches of the package that are only good for a Lambda function. With everything in one process, Chromium ends with
 * its first context. Two others make the rules for pages less strict. The rest draw with an emulated graphics
 * processor, which costs time and shows the same.
 */
const NOT_HERE =
  /^--(?:single-process|disable-web-security|allow-running-insecure-content|.*(?:gpu|-gl=|angle|swiftshader).*)/;

/** Starts the Chromium that comes with the packages. It connects to no server by itself. */
export async function launchBrowserServer(): Promise<BrowserServer> {
  return playwright.launchServer({
    executablePath: await chromium.executablePath(),
    headless: true,
    host: '127.0.0.1',
    args: [
      ...chromium.args.filter((arg) => !NOT_HERE.test(arg)),
      '--disable-gpu',
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  });
}

/** Connects to the browser that all test files share. What one connection opens, no other connection sees. */
export async function connectToBrowser(): Promise<Browser> {
  const answer = await fetch(inject('browser'));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the browser does not start: ${text}`);
  return playwright.connect(text);
}

/** Call this at the top of a test file: it opens one page for all tests of the file. `prepare` gets the page first. */
export function usePage(prepare?: (page: Page) => Promise<unknown>): () => Page {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await connectToBrowser();
    page = await browser.newPage();
    await prepare?.(page);
  }, 60_000);
  afterAll(() => browser?.close());
  return () => page;
}
