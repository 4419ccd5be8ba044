import { describe, expect, test } from 'vitest';
import { KINDS, LANGUAGES } from './every-mail.ts';
import baseline from './mail-features.json' with { type: 'json' };
import { shortcomingsOf } from './mail-features.ts';

/**
 * mail-features.json lists the features of HTML and CSS that the mails use although a mail program lacks them, and what
 * comes of that. A test fails at any other such feature, so that somebody thinks about it first.
 */

const missing: Record<string, { in: string; why: string }> = baseline.missing;
const partial: Record<string, string> = baseline.partial;

function beyond(html: string): string[] {
  const found = shortcomingsOf(html);
  return [
    ...Object.entries(found.missing).flatMap(([feature, clients]) => {
      const known = missing[feature]?.in.split(' ') ?? [];
      return clients
        .filter((client) => !known.includes(client))
        .map((client) => `${client} lacks ${feature}`);
    }),
    ...Object.keys(found.partial)
      .filter((feature) => !(feature in partial))
      .map((feature) => `${feature} has exceptions`),
  ];
}

describe.each(LANGUAGES)('in the language %s', (language) => {
  test.each(Object.entries(KINDS))(
    'a %s uses no feature that mail programs lack, except for those in mail-features.json',
    async (_, compose) => {
      expect(beyond((await compose(language)).html)).toEqual([]);
    },
  );
});

test('every feature in mail-features.json is used, and has a reason', async () => {
  const used = new Set<string>();
  for (const compose of Object.values(KINDS)) {
    const { missing, partial } = shortcomingsOf((await compose('en')).html);
    for (const feature of [...Object.keys(missing), ...Object.keys(partial)]) used.add(feature);
  }
  expect([...used].sort()).toEqual([...new Set([...Object.keys(missing), ...Object.keys(partial)])].sort());
  for (const why of [...Object.values(missing).map((each) => each.why), ...Object.values(partial)])
    expect(why).toMatch(/^[A-Z].* .*\.$/);
});

test.each([
  ['a declaration of CSS', '<p style="display:flex">', 'outlook.windows lacks display:flex'],
  ['an element', '<video></video>', 'gmail.android lacks <video> element'],
  [
    'a rule for dark mode',
    '<style>@media (prefers-color-scheme: dark) { p { filter: none; } }</style>',
    'lacks filter',
  ],
  ['an image format', '<img src="https://images.example/a.webp">', 'outlook.windows lacks webP image format'],
])('%s that a mail program lacks is found', (_, html, fault) => {
  expect(beyond(html).join('\n')).toContain(fault);
});
