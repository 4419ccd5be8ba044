import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Hono } from 'hono';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { FEEDS_SCRIPT } from '../../functions/pages/feeds-script.ts';
import { STYLE } from '../../functions/pages/style.ts';
import { ENGLISH, everyPage, SPANISH } from '../pages/every-page.ts';
import { useBrowser } from './visit.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src https: http: data:; media-src https: http:; form-action 'self'; frame-src 'self'; base-uri 'none'";
const A_PHOTO = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"><rect width="1200" height="800" fill="#478"/></svg>`;

const english = everyPage('en', ENGLISH);
const spanish = everyPage('es', SPANISH);
/** The fields of each form that was posted. */
const posted: URLSearchParams[] = [];

const open = useBrowser(() => {
  const app = new Hono();
  app.get('/style.css', (context) => context.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/feeds.js', (context) => context.body(FEEDS_SCRIPT, 200, { 'content-type': 'text/javascript' }));
  app.get('/mailbox/:id/html', (context) =>
    context.html('<!doctype html><html lang="en"><title>Mail</title><p>The ferry is back.</p></html>'),
  );
  app.get('/:language/:name', async (context) => {
    const page = (context.req.param('language') === 'es' ? spanish : english)[context.req.param('name')];
    return page ? context.html(page, 200, { 'content-security-policy': POLICY }) : context.notFound();
  });
  app.post('/subscriptions', async (context) => {
    posted.push(new URLSearchParams(await context.req.text()));
    return context.html(english.message ?? '');
  });
  return app.fetch;
});

function visit<T>(path: string, options: BrowserContextOptions, use: (page: Page) => Promise<T>) {
  return open(path, options, use, (page) =>
    page.route('https://images.example/**', (route) =>
      route.fulfill({ contentType: 'image/svg+xml', body: A_PHOTO }),
    ),
  );
}

/** Returns a function that gives the ids of the axe rules that the page breaks, with the elements that break them. */
async function inspector(page: Page): Promise<(rules?: string) => Promise<string[]>> {
  // axe runs in an isolated world, because the policy of the page does not allow its script.
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const frameId = frameTree.frame.id;
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', { frameId });
  const evaluate = async (expression: string) => {
    const request = { expression, contextId, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', request);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  await evaluate(AXE);
  const inWords = '(r) => r.violations.map((v) => [v.id, ...v.nodes.map((n) => n.target)].join(" "))';
  return (rules = '') =>
    evaluate(`axe.run(document, { iframes: false, ${rules} }).then(${inWords})`) as Promise<string[]>;
}

/** Returns the controls that are less than 44 px high. Links within a sentence are exempt (WCAG 2.2, 2.5.5). */
function smallTargets(page: Page): Promise<string[]> {
  return page
    .locator(
      'nav a, .formats a, .readers a, summary, .issues a, .related a, .faults a, button, .button, select, label.check, input:not([type=checkbox]):not([tabindex])',
    )
    .evaluateAll((elements) =>
      elements
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
        .map((element) => element.outerHTML),
    );
}

/** Only colours depend on the scheme, and only layout depends on the width. So each of them is looked at once. */
const VIEWS = [
  { colorScheme: 'light', width: 375, rules: '' },
  { colorScheme: 'dark', width: 1100, rules: 'runOnly: ["color-contrast", "link-in-text-block"]' },
] as const;

it.each([...Object.keys(english).map((name) => `en/${name}`), 'es/home', 'es/feeds', 'es/feed'])(
  'the page %s is accessible and fits the window, on a phone in light mode and on a desktop in dark mode',
  async (path) => {
    const { result, complaints } = await visit(`/${path}`, {}, async (page) => {
      const violations = await inspector(page);
      await page.locator('details').evaluateAll((all) => {
        for (const each of all) each.setAttribute('open', '');
      });
      const faults: unknown[] = [];
      for (const { colorScheme, width, rules } of VIEWS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        const found = [
          ...(await violations(rules)),
          ...(await smallTargets(page)),
          ...(tooWide ? ['too wide'] : []),
        ];
        if (found.length > 0) faults.push({ colorScheme, width, found });
      }
      return faults;
    });
    expect(result).toEqual([]);
    expect(complaints).toEqual([]);
  },
);

describe('by keyboard alone', () => {
  it('the skip link is reached first, becomes visible, and leads to the content', async () => {
    await visit('/en/subscribe', { viewport: { width: 375, height: 800 } }, async (page) => {
      const skip = page.locator('.skip');
      expect((await skip.boundingBox())?.y).toBeLessThan(0);
      await page.keyboard.press('Tab');
      expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
      expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
    });
  });

  it('the sign-up form can be filled in and sent, and the field that is a trap for programs is not reached', async () => {
    await visit('/en/subscribe', {}, async (page) => {
      await page.locator('#email').focus();
      await page.keyboard.type('ana@paper.example');
      await page.keyboard.press('Tab');
      await page.keyboard.type('Esp');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      for (let section = 1; section <= 5; section++) await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
      await Promise.all([page.waitForURL('**/subscriptions'), page.keyboard.press('Enter')]);
    });
    expect([...(posted.at(-1) ?? [])]).toEqual([
      ['email', 'ana@paper.example'],
      ['language', 'es'],
      ['editions[]', 'daily'],
      ['editions[]', 'weekly'],
      ['topics[]', 'business'],
      ['website', ''],
    ]);
  });

  it('each fault in the list above the form leads to its field', async () => {
    await visit('/en/subscribe-faults', {}, async (page) => {
      await page.locator('.faults a').first().focus();
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
      await page.locator('.faults a').nth(2).focus();
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('editions');
    });
  });

  it.each(['subscribe', 'feeds', 'feed'])(
    'on the page %s every element that has the focus shows it',
    async (name) => {
      const { result } = await visit(`/en/${name}`, {}, async (page) => {
        const unseen: string[] = [];
        for (let stop = 0; stop < 20; stop++) {
          await page.keyboard.press('Tab');
          unseen.push(
            ...(await page.evaluate(() => {
              const element = document.activeElement;
              if (!element || element === document.body) return [];
              const { outlineStyle, outlineWidth } = getComputedStyle(element);
              const seen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
              return seen ? [] : [element.outerHTML];
            })),
          );
        }
        return unseen;
      });
      expect(result).toEqual([]);
    },
  );
});
