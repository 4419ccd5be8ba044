import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { htmlOfMarkdown, sanitiseHtml } from '../../functions/articles/sanitise.ts';
import { anArticleInput } from '../support/builders.ts';
import { attributesIn } from '../support/html-rules.ts';
import { setUp, useDatabase } from '../support/installation.ts';

useDatabase();

const clean = (html: string, base?: string) => sanitiseHtml(html, base).html;

/** Fragments that HTML parsers have been tricked with. */
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
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...FRAGMENTS) },
      fc.string({ unit: 'binary', maxLength: 6 }),
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''));

function expectHarmless(html: string): void {
  expect(html).not.toMatch(/<(?:script|style|iframe|object|embed|svg|math|base|form|template|noscript)\b/i);
  for (const { name, value } of attributesIn(html)) {
    expect(name).not.toMatch(/^(?:on|style|srcset)/);
    if (['href', 'src', 'poster', 'cite'].includes(name)) expect(value).toMatch(/^(?:https?|mailto|tel):/);
  }
}

describe('whatever is sent', () => {
  test('to sanitise twice is to sanitise once, and nothing of it runs', () => {
    fc.assert(
      fc.property(soup, fc.constantFrom(undefined, 'https://a.example/'), (source, base) => {
        const once = clean(source, base);
        expect(clean(once, base)).toBe(once);
        expectHarmless(once);
      }),
      { numRuns: 1000 },
    );
  });

  test('Markdown is no way around it', () => {
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
      { numRuns: 300 },
    );
  });

  test('two thousand paragraphs that nobody closed are a story like any other', () => {
    expect(clean('<p>a<br>'.repeat(2000)).match(/<p>/g)).toHaveLength(2000);
  });

  // A parser that is quadratic in depth would need minutes for these, and the run's own limit ends it.
  test.each([
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
  ])('a megabyte of %s is answered', async (fragment) => {
    const { edit } = await setUp();
    const text = fragment.repeat(Math.floor(900_000 / JSON.stringify(fragment).length));
    const answer = await edit('POST', '/api/articles', anArticleInput({ content: { html: `${text}x` } }));
    expect([201, 422]).toContain(answer.status);
    const problem = await answer.text();
    if (/^<(?:div|b|table.*)>$/.test(fragment))
      expect(problem).toContain('is nested more than 1000 elements deep');
  });
});
