import { describe, expect, it } from 'vitest';
import { apiRoutes, mailboxRoutes, publicRoutes } from '../../functions/app.ts';
import { setUp } from '../support/installation.ts';
import { sample } from './sample-path.ts';

/** Rules that the route table gives to every route of both apps. */

describe('every address of the API', () => {
  it('answers a method that it has no row for with 405 and the methods that it has', async () => {
    const world = await setUp();
    const rows = apiRoutes(world.services);
    const methodsOf = (path: string) =>
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
        .filter((method) => rows.some((row) => row[0] === method && row[1] === path))
        .map((method) => (method === 'GET' ? 'GET, HEAD' : method))
        .join(', ');
    expect(rows.length).toBeGreaterThan(20);
    for (const path of new Set(rows.map((row) => row[1]))) {
      const answer = await world.edit('PURGE', sample(path));
      expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, methodsOf(path)]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  it('refuses a parameter that it does not have, and names those that it has', async () => {
    const world = await setUp();
    for (const [method, path, , , { query }] of apiRoutes(world.services)) {
      // An import checks its parameters together with the columns of its file: tests/subscribers/import.test.ts.
      if (path === '/api/subscribers/import') continue;
      const answer = await world.edit(
        method,
        `${sample(path)}?colour=red`,
        method === 'GET' ? undefined : {},
      );
      const { detail } = (await answer.json()) as { detail: string };
      const names = Object.keys(query.shape);
      const allowed = names.length > 0 ? `allowed are ${names.join(', ')}` : 'this address takes none';
      expect([method, path, answer.status]).toEqual([method, path, 400]);
      expect(detail).toContain(`There is no parameter colour; ${allowed}.`);
    }
  });

  it('refuses a parameter that is there twice, beside every other fault of the query', async () => {
    const world = await setUp();
    const answer = await world.edit('GET', '/api/articles?limit=0&cursor=a&cursor=b&q=ferry');
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { detail: string }).detail).toBe(
      'The parameter cursor is there twice. There is no parameter q; allowed are limit, cursor. ' +
        'limit must be a whole number from 1 to 100. cursor must be the "next" of an earlier answer.',
    );
  });

  it('asks for the token before it looks at the query or the body', async () => {
    const world = await setUp();
    for (const [method, path] of apiRoutes(world.services)) {
      const answer = await world.request(`${sample(path)}?colour=red`, { method });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });
});

describe('every public address', () => {
  it('answers a method that it has no row for with 405 and the methods that it has', async () => {
    const world = await setUp();
    const rows = [...publicRoutes(world.services), ...mailboxRoutes({ ...world.services, mailbox: noMails })];
    const paths = new Set(rows.flatMap((row) => row.paths));
    expect(paths.size).toBeGreaterThan(80);
    for (const pattern of paths) {
      const methods = rows.filter((row) => row.paths.includes(pattern)).map((row) => row.method);
      const answer = await world.request(sample(pattern), { method: 'PURGE' });
      const allow = answer.headers
        .get('allow')
        ?.split(', ')
        .filter((method) => method !== 'HEAD');
      expect([pattern, answer.status, allow?.sort()]).toEqual([pattern, 405, methods.sort()]);
    }
  });

  it('takes no notice of a parameter that it does not have', async () => {
    const world = await setUp();
    const plain = await (await world.request('/rss.xml')).text();
    expect(await (await world.request('/rss.xml?colour=red')).text()).toBe(plain);
  });
});

const noMails = { list: async () => [], get: async () => undefined };
