import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';

it.each([
  ['POST', '/api/articles'],
  ['PUT', '/api/articles/ferry'],
  ['PATCH', '/api/articles/ferry'],
  ['POST', '/api/tokens'],
  ['POST', '/api/editions/daily/issues'],
  ['POST', '/api/editions/daily/preview'],
  ['POST', '/api/editions/daily/test'],
  ['POST', '/subscriptions'],
  ['POST', '/subscriptions/link'],
])('%s %s answers a body that is not JSON with the position of the fault', async (method, path) => {
  const world = await setUp();
  const answer = await world.edit(method, path, '{"name": "CMS",}');
  expect(answer.status).toBe(400);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({
    detail: expect.stringMatching(/^The body is not JSON: .+ at position 15\b.*\.$/),
  });
});

it.each(['/api/articles', '/api/tokens', '/subscriptions'])('%s refuses an empty body', async (path) => {
  const world = await setUp();
  const answer = await world.edit('POST', path, '');
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    detail: 'The body is not JSON: Unexpected end of JSON input.',
  });
});
