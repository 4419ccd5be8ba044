import fc from 'fast-check';
import { expect } from 'vitest';
import { anyText } from '../support/any-text.ts';
import { aFullArticleInput } from '../support/builders.ts';
import type { World } from '../support/installation.ts';

/**
 * Sends generated JSON as an article `numRuns` times. Expects that no answer is a 500, and that the feeds can be read
 * afterwards.
 */
export async function postWildJson(world: World, numRuns: number): Promise<void> {
  const fields = Object.keys(
    aFullArticleInput({ id: 'x', publishedAt: 'x', translationOf: 'x', status: 'draft' }),
  );
  const wild = fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 3 }));
  const close = fc
    .tuple(
      fc.constantFrom(...fields),
      fc.oneof(
        fc.jsonValue(),
        anyText(),
        anyText().map((path) => `https://a.example/${path}`),
        fc.constant('2026-01-01T00:00:00Z'),
      ),
    )
    .map(([name, value]) => aFullArticleInput({ [name]: value }));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.jsonValue(), wild, close),
      fc.constantFrom('POST', 'PUT', 'PATCH'),
      async (body, method) => {
        const answer = await world.edit(
          method,
          method === 'POST' ? '/api/articles' : '/api/articles/a',
          JSON.stringify(body),
        );
        expect([200, 201, 404, 409, 422]).toContain(answer.status);
      },
    ),
    { numRuns },
  );
  for (const file of ['rss.xml', 'atom.xml', 'feed.json'])
    expect((await world.request(`/${file}`)).status).toBe(200);
  expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
}
