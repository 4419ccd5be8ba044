import { createRequire } from 'node:module';
import type { AxeResults, RunOnly } from 'axe-core';
import { describe, expect, test } from 'vitest';
import { usePage } from '../browser/chromium.ts';
import { KINDS } from './every-mail.ts';
import { lightnessTurned, measured } from './mail-measures.ts';

/**
 * How every mail looks in a browser, whose engine also draws mails in Apple Mail, Gmail and most other programs, except
 * for Outlook for Windows.
 */

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** WCAG 2.2, level AA. Large text must have as much contrast as any other. */
const RULES: RunOnly = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
/** The rules that depend on colours alone. */
const COLOURS: RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

let images = true;
const page = usePage((page) => {
  const body = '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"/>';
  return page.route('**/*', (route) =>
    images ? route.fulfill({ contentType: 'image/svg+xml', body }) : route.abort(),
  );
});

type Showing = { scheme?: 'light' | 'dark'; width?: number; images?: boolean };

async function show(html: string, showing: Showing = {}): Promise<void> {
  images = showing.images ?? true;
  await page().setViewportSize({ width: showing.width ?? 700, height: 900 });
  await page().emulateMedia({ colorScheme: showing.scheme ?? 'light' });
  await page().setContent(html);
}

async function axeResults(runOnly: RunOnly = RULES): Promise<AxeResults> {
  // The script stays in the window when another mail is shown.
  if (!(await page().evaluate(() => 'axe' in globalThis))) await page().addScriptTag({ path: axeSource });
  return page().evaluate((runOnly) => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const options = { contrastRatio: { normal: { expected: 4.5 }, large: { expected: 4.5 } } };
    axe.configure({ checks: [{ id: 'color-contrast', options }] });
    return axe.run({ runOnly });
  }, runOnly);
}

const summary = (results: AxeResults['violations']) =>
  results.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
const nothingWrong = ({ violations, incomplete, passes }: AxeResults) => {
  expect(summary(violations)).toEqual([]);
  expect(summary(incomplete)).toEqual([]);
  expect(passes.find(({ id }) => id === 'color-contrast')?.nodes.length).toBeGreaterThan(6);
};

describe.each(Object.entries(KINDS))('a %s', (_, compose) => {
  test.each([
    ['en', 'light', 'rgb(255, 253, 248)'],
    ['es', 'dark', 'rgb(21, 23, 26)'],
  ] as const)(
    'has no fault that axe finds, in the language %s and in %s mode',
    async (language, scheme, paper) => {
      await show((await compose(language)).html, { scheme });
      expect(await page().evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(paper);
      nothingWrong(await axeResults());
    },
  );

  test('can be read in a program that turns its light colours dark by itself', async () => {
    await show((await compose('en')).html);
    await page().evaluate(lightnessTurned);
    nothingWrong(await axeResults(COLOURS));
  });

  test.each([375, 700])(
    'has text of at least 16 px and links of at least 44 px, and does not scroll sideways, at a width of %i px',
    async (width) => {
      for (const language of ['en', 'es', 'ar']) {
        await show((await compose(language)).html, { width });
        const { smallText, lowLinks, overflow } = await page().evaluate(measured);
        expect(smallText).toEqual([]);
        expect(lowLinks).toEqual([]);
        expect(overflow).toBe(0);
      }
    },
  );

  test.each([375, 700])(
    'keeps its layout without its images, and shows their alternative texts, at a width of %i px',
    async (width) => {
      const { html } = await compose('en');
      await show(html, { width });
      const { headlines } = await page().evaluate(measured);
      for (const scheme of ['light', 'dark'] as const) {
        await show(html, { scheme, width, images: false });
        const off = await page().evaluate(measured);
        expect(off.headlines).toEqual(headlines);
        expect(off.overflow).toBe(0);
        for (const { alt, contrast, height } of off.images) {
          expect(contrast, alt).toBeGreaterThanOrEqual(4.5);
          expect(height, alt).toBeGreaterThanOrEqual(24);
        }
      }
    },
  );
});

test('text begins at the side where its language begins, and the photo beside it is at the other side', async () => {
  const edges = async (language: string) => {
    await show((await KINDS.digest?.(language))?.html ?? '');
    return page().evaluate(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelectorAll('h2 a')[4] as Element);
      const headline = range.getBoundingClientRect();
      const photo = document.querySelectorAll('img')[3]?.getBoundingClientRect() ?? new DOMRect();
      return { headline: [headline.left, headline.right], photo: [photo.left, photo.right] };
    });
  };
  expect(await edges('en')).toMatchObject({ headline: [50, expect.any(Number)], photo: [490, 650] });
  expect(await edges('ar')).toMatchObject({ headline: [expect.any(Number), 650], photo: [50, 210] });
});
