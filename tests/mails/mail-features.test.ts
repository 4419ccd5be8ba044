import { describe, expect, test } from 'vitest';
import { KINDS, LANGUAGES } from './every-mail.ts';
import baseline from './mail-features.json' with { type: 'json' };
import { shortcomingsOf } from './mail-features.ts';

/**
 * What the mails use although some program lacks it is written down with what comes of it (mail-features.json). Whatever
 * goes beyond that, a new feature or a program that loses one, is to be thought about first.
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
    'a %s uses nothing that programs lack and we have not weighed',
    async (_, compose) => {
      expect(beyond((await compose(language)).html)).toEqual([]);
    },
  );
});

test('what has been weighed is used, and each has its reason', async () => {
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
  ['a declaration', '<p style="display:flex">', 'outlook.windows lacks display:flex'],
  ['an element', '<video></video>', 'gmail.android lacks <video> element'],
  [
    'a rule for the dark',
    '<style>@media (prefers-color-scheme: dark) { p { filter: none; } }</style>',
    'lacks filter',
  ],
  [
    'an address of a picture',
    '<img src="https://images.example/a.webp">',
    'outlook.windows lacks webP image format',
  ],
])('%s that a program lacks is seen', (_, html, fault) => {
  expect(beyond(html).join('\n')).toContain(fault);
});
