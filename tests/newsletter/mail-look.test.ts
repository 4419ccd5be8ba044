import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from '../browser/chromium.ts';
import { aConfirmation, aDigest, stories } from './mails.ts';

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** WCAG 2.2, level AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const longWord = { title: `Word${'w'.repeat(196)}`, summary: 's'.repeat(300), section: 'S'.repeat(60) };
const mails = {
  digest: () => aDigest({ stories: [...stories(4), ...stories(2, longWord)] }),
  confirmation: () => aConfirmation(),
};

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function shown(html: string, colorScheme: 'light' | 'dark', width: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const pixel = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"/>';
  await page.route('**/*', (route) => route.fulfill({ contentType: 'image/svg+xml', body: pixel }));
  await page.setContent(html);
  return page;
}

describe.each(Object.entries(mails))('a %s', (_, mail) => {
  test.each(['light', 'dark'] as const)(
    'can be read in the %s: axe finds nothing, contrast included',
    async (scheme) => {
      const page = await shown((await mail()).html, scheme, 700);
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(background).toBe(scheme === 'light' ? 'rgb(255, 253, 248)' : 'rgb(21, 23, 26)');
      await page.addScriptTag({ path: axeSource });
      const { violations, incomplete, passes } = await page.evaluate(
        (values) =>
          (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run({
            runOnly: { type: 'tag', values },
          }),
        RULES,
      );
      const summary = (results: typeof violations) =>
        results.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      expect(summary(violations)).toEqual([]);
      expect(summary(incomplete)).toEqual([]);
      expect(passes.find(({ id }) => id === 'color-contrast')?.nodes.length).toBeGreaterThan(8);
      await page.close();
    },
  );

  test.each([375, 700])(
    'has text of 16 px, links of 44 px and no sideways scrolling at %i px',
    async (width) => {
      const page = await shown((await mail()).html, 'light', width);
      const { smallText, lowLinks, overflow } = await page.evaluate(() => {
        const seen = (element: Element) => element.checkVisibility();
        const withText = [...document.querySelectorAll('body *')].filter(
          (element) =>
            seen(element) &&
            [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
        );
        const links = [...document.querySelectorAll('a')].filter(seen);
        return {
          smallText: withText
            .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < 16)
            .map((e) => e.outerHTML),
          lowLinks: links
            .filter((link) => link.getBoundingClientRect().height < 44)
            .map((link) => link.outerHTML),
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        };
      });
      expect(smallText).toEqual([]);
      expect(lowLinks).toEqual([]);
      expect(overflow).toBe(0);
      await page.close();
    },
  );
});

test('text begins at the side where its language begins, and the photo beside it ends the line', async () => {
  const edges = async (language: string) => {
    const page = await shown((await aDigest({ language, stories: stories(3) })).html, 'light', 700);
    const found = await page.evaluate(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelectorAll('h2 a')[2] as Element);
      const headline = range.getBoundingClientRect();
      const photo = document.querySelectorAll('img')[1]?.getBoundingClientRect() ?? new DOMRect();
      return { headline: [headline.left, headline.right], photo: [photo.left, photo.right] };
    });
    await page.close();
    return found;
  };
  const [leftToRight, rightToLeft] = [await edges('en'), await edges('ar')];
  expect(leftToRight).toMatchObject({ headline: [50, expect.any(Number)], photo: [490, 650] });
  expect(rightToLeft).toMatchObject({ headline: [expect.any(Number), 650], photo: [50, 210] });
});
