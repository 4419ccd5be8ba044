import { expect, test } from 'vitest';
import { ids } from '../../functions/adapters/random.ts';
import { isArticleId } from '../../functions/articles/article-fields.ts';

test('ids are 20 lower-case letters and digits, all different, and may be those of articles', () => {
  const made = Array.from({ length: 20_000 }, ids);
  expect(new Set(made).size).toBe(made.length);
  for (const id of made) {
    expect(id).toMatch(/^[0-9a-z]{20}$/);
    expect(isArticleId(id)).toBe(true);
  }
});

test('every letter and digit is as likely as another at every place of an id', () => {
  const made = Array.from({ length: 36_000 }, ids);
  for (let place = 0; place < 20; place++) {
    const counts = new Map<string, number>();
    for (const id of made) counts.set(id.charAt(place), (counts.get(id.charAt(place)) ?? 0) + 1);
    // A thousand each; six standard deviations either way.
    expect(counts.size).toBe(36);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(190);
  }
});
