import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserServer } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { startDynoxide } from '../../functions/adapters/one-machine/dynoxide.ts';
import { launchBrowserServer } from '../browser/chromium.ts';

/**
 * What all test files of a run share: one embedded database, and one browser. They start before the first file and are stopped
 * after the last one. The browser starts when the first file asks for it, so that a run without pages does not pay for it.
 */
export default async function startSharedServers(project: TestProject): Promise<() => Promise<void>> {
  const database = await startDynoxide({ reachableBy: 'everybody' });
  project.provide('database', database.endpoint);

  let browser: Promise<BrowserServer> | undefined;
  const desk = createServer(async (_, response) => {
    try {
      browser ??= launchBrowserServer();
      response.end((await browser).wsEndpoint());
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve));
  project.provide('browser', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);

  return async () => {
    desk.closeAllConnections();
    desk.close();
    await (await browser)?.close();
    await database.stop();
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the embedded database. */
    database: string;
    /** An address that answers with the WebSocket address of the browser, and starts the browser if it does not run yet. */
    browser: string;
  }
}
