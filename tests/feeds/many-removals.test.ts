import { expect, it } from 'vitest';
import { feedWindow } from '../../functions/feeds/feed-window.ts';
import { documentText } from '../../functions/feeds/render-feed.ts';
import { testConfig } from '../support/config.ts';
import { all, xmlTree } from '../support/parsers.ts';

it('an Atom document names the thousand stories that were retracted last, however many were', () => {
  const pointers = Array.from({ length: 5000 }, (_, index) => ({
    id: `s${index}`,
    version: 2,
    publishedAt: '2026-11-22T12:00:00.000Z',
    updatedAt: 1000,
    // They were not retracted in the order of their dates.
    removedAt: 1_700_000_000_000 + ((index * 7) % 5000) * 1000,
  }));
  const text = documentText(
    testConfig(),
    { selector: {}, format: 'atom' },
    feedWindow(pointers, 0),
    undefined,
    [],
  );
  const tombstones = all(xmlTree(text), 'at:deleted-entry');
  expect(tombstones).toHaveLength(1000);
  const times = tombstones.map(({ attributes }) => Date.parse(attributes.when ?? ''));
  expect(Math.min(...times)).toBe(1_700_000_000_000 + 4000 * 1000);
});
