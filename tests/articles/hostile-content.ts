import fc from 'fast-check';
import { expect } from 'vitest';
import { htmlOfMarkdown } from '../../functions/articles/markdown.ts';
import { sanitiseHtml } from '../../functions/articles/sanitise.ts';
import { anyText } from '../support/any-text.ts';
import { anArticleInput } from '../support/builders.ts';
import { attributesIn } from '../support/html-rules.ts';
import type { World } from '../support/installation.ts';

const clean = (html: string, base?: string) => sanitiseHtml(html, base).html;

/** Fragments of HTML that have tricked parsers. */
const FRAGMENTS = [
  '<script',
  '<script>',
  '</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<a href="javascript:x">',
  '<p title="',
  '">',
  "'",
  '`',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<style>',
  '</style>',
  '<noscript>',
  '<template>',
  '<textarea>',
  '</textarea>',
  '<title>',
  '<math>',
  '<mtext>',
  '<table>',
  '<select>',
  '<iframe srcdoc="',
  '<base href=',
  '&lt;script&gt;',
  '&#60;script&#62;',
  '&amp;lt;',
  ' onclick=',
  'javascript:',
  '\u0000',
  '<\u0000script>',
  '<audio>',
  '</audio>',
  '<video src=x>',
  '<h1>',
  '<b',
  '<div>',
  '</div>',
  '<xmp>',
  '<plaintext>',
  '<a href=https://a.example/>',
  '<img src=https://a.example/x.jpg width=1>',
  '&',
  '<',
  '>',
  '=',
  '\n',
  '\ud800',
  '</p>',
  '<?php',
  '<!DOCTYPE html>',
];
const soup = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) }, anyText({ maxLength: 6 })), {
    maxLength: 25,
  })
  .map((parts) => parts.join(''));

function expectHarmless(html: string): void {
  expect(html).not.toMatch(/<(?:script|style|iframe|object|embed|svg|math|base|form|template|noscript)\b/i);
  for (const { name, value } of attributesIn(html)) {
    expect(name).not.toMatch(/^(?:on|style|srcset)/);
    if (['href', 'src', 'poster', 'cite'].includes(name)) expect(value).toMatch(/^(?:https?|mailto|tel):/);
  }
}

/** Sanitises generated HTML. Expects that a second pass changes nothing, and that nothing in the result runs. */
export function sanitiseSoup(numRuns: number): void {
  fc.assert(
    fc.property(soup, fc.constantFrom(undefined, 'https://a.example/'), (source, base) => {
      const once = clean(source, base);
      expect(clean(once, base)).toBe(once);
      expectHarmless(once);
    }),
    { numRuns },
  );
}

/** Sanitises generated Markdown. Expects that it does not get around the sanitiser. */
export function sanitiseMarkdownSoup(numRuns: number): void {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          soup,
          fc.constantFrom('[a](javascript:x)', '![a](data:x)', '<javascript:x>', '`', '**', '| a |\n|-|\n'),
        ),
        { maxLength: 6 },
      ),
      (parts) => {
        expectHarmless(clean(htmlOfMarkdown(parts.join('\n')), 'https://a.example/'));
      },
    ),
    { numRuns },
  );
}

/** Fragments that nest or never end when they are repeated. */
export const REPEATED = [
  '<div>',
  '<b>',
  '<p><a href="https://a.example/">',
  '<ul><li>',
  '<table><tr><td>',
  '<audio>',
  '<',
  '<a href="',
  '&#',
  '<!--',
  '<script>',
  '<h1>',
  '* ',
  '> ',
  '[',
  '**a ',
  'aaaa<img>',
  '<p>\u0001',
];

/**
 * Posts `bytes` bytes of a repeated fragment. Expects an answer, and that HTML that is nested too deep is refused for
 * that reason.
 */
export async function postRepeated({ edit }: World, fragment: string, bytes: number): Promise<void> {
  const text = fragment.repeat(Math.floor(bytes / JSON.stringify(fragment).length));
  const answer = await edit('POST', '/api/articles', anArticleInput({ content: { html: `${text}x` } }));
  expect([201, 422]).toContain(answer.status);
  const problem = await answer.text();
  if (/^<(?:div|b|table.*)>$/.test(fragment))
    expect(problem).toContain('is nested more than 1000 elements deep');
}

/** Markdown at which parsers have taken quadratic time, by its name. `times` multiplies its length. */
export const hostileMarkdown = (times: number): [string, string][] => [
  ['quotations', '> '.repeat(1000 * times)],
  ['lists', '1. '.repeat(1000 * times)],
  ['emphasis that never ends', '**a'.repeat(6000 * times)],
  ['emphasis within words', '_a_'.repeat(6000 * times)],
  ['brackets', '['.repeat(15_000 * times)],
];

/** Posts Markdown. Expects an answer, and never a 500. */
export async function postMarkdown({ edit }: World, markdown: string): Promise<void> {
  const answer = await edit(
    'POST',
    '/api/articles',
    anArticleInput({ content: { markdown: `Text.\n\n${markdown}` } }),
  );
  expect([201, 422]).toContain(answer.status);
}
