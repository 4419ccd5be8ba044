import { beforeEach, describe, expect, test } from 'vitest';
import type { Scope } from '../../functions/access/tokens.ts';
import { sha256 } from '../../functions/shared/text.ts';
import { anArticleInput } from '../support/builders.ts';
import { OWNER_TOKEN, setUp, type World } from '../support/installation.ts';

let world: World;
beforeEach(async () => {
  world = await setUp();
  await world.edit('PUT', '/api/articles/a', anArticleInput());
});
const TOKEN = 'bs_cms-token-0123456789';
const allow = (scopes: Scope[], expiresAt?: string) =>
  world.services.tokens.put({
    hash: sha256(TOKEN),
    name: 'cms',
    scopes,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...(expiresAt && { expiresAt }),
  });
const ask = (authorization: string | undefined, method = 'GET', path = '/api/articles/a', body?: unknown) =>
  world.request(path, { method, body, headers: authorization === undefined ? {} : { authorization } });

const ROUTES: [string, string, Scope][] = [
  ['GET', '/api/articles', 'articles:read'],
  ['GET', '/api/articles/a', 'articles:read'],
  ['POST', '/api/articles', 'articles:write'],
  ['PUT', '/api/articles/a', 'articles:write'],
  ['PATCH', '/api/articles/a', 'articles:write'],
  ['DELETE', '/api/articles/a', 'articles:write'],
];
const bodyFor = (method: string) => (method === 'GET' || method === 'DELETE' ? undefined : anArticleInput());

describe.each(ROUTES)('%s %s', (method, path, scope) => {
  test('answers 401 without a token, and says what to send', async () => {
    const answer = await ask(undefined, method, path, bodyFor(method));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="broadsheet"');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await answer.json()).detail).toContain('Authorization: Bearer');
  });

  test(`answers 403 to a token for other things, and names ${scope}`, async () => {
    await allow(
      (['articles:read', 'articles:write', 'editions:read', 'issues:send'] as const).filter(
        (each) => each !== scope,
      ),
    );
    const answer = await ask(`Bearer ${TOKEN}`, method, path, bodyFor(method));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain(`scope="${scope}"`);
  });

  test(`does its work for a token with ${scope}`, async () => {
    await allow([scope]);
    expect((await ask(`Bearer ${TOKEN}`, method, path, bodyFor(method))).ok).toBe(true);
  });
});

describe('a token', () => {
  test('that is unknown, or is not sent as one word after Bearer, is answered with 401', async () => {
    await allow(['articles:read']);
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${btoa('a:b')}`,
      TOKEN,
      `Bearer ${TOKEN} x`,
      `Bearer ${TOKEN}x`,
      'Bearer ünknown',
    ]) {
      const bytes = Buffer.from(authorization).toString('latin1');
      expect([authorization, (await ask(bytes)).status]).toEqual([authorization, 401]);
    }
  });

  test('is accepted in whatever case Bearer is written', async () => {
    await allow(['articles:read']);
    for (const authorization of [`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER  ${TOKEN}`])
      expect([authorization, (await ask(authorization)).status]).toEqual([authorization, 200]);
  });

  test('works until it expires, to the millisecond', async () => {
    await allow(['articles:read'], '2026-11-22T13:00:00.000Z');
    world.pass(3_600_000 - 1);
    expect((await ask(`Bearer ${TOKEN}`)).status).toBe(200);
    world.pass(1);
    const answer = await ask(`Bearer ${TOKEN}`);
    expect(answer.status).toBe(401);
    expect((await answer.json()).detail).toContain('2026-11-22T13:00:00.000Z');
  });

  test('no longer works once it is revoked', async () => {
    await allow(['articles:read']);
    expect(await world.services.tokens.remove(sha256(TOKEN))).toBe(true);
    expect((await ask(`Bearer ${TOKEN}`)).status).toBe(401);
    expect(await world.services.tokens.remove(sha256(TOKEN))).toBe(false);
  });

  test('is nowhere in the table, which has only its hash', async () => {
    await allow(['articles:read']);
    expect(JSON.stringify(await world.services.tokens.list())).not.toContain(TOKEN);
    expect(await world.services.tokens.list()).toEqual([
      {
        hash: sha256(TOKEN),
        name: 'cms',
        scopes: ['articles:read'],
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });

  test('of the owner has every scope, and does not exist if the settings have none', async () => {
    expect((await ask(`Bearer ${OWNER_TOKEN}`, 'DELETE')).status).toBe(204);
    world = await setUp({ config: { ownerTokenHash: undefined } });
    expect((await ask(`Bearer ${OWNER_TOKEN}`)).status).toBe(401);
  });
});

test('a request that an editor has no scope for changes nothing', async () => {
  await allow(['articles:read']);
  await ask(`Bearer ${TOKEN}`, 'DELETE');
  await ask(`Bearer ${TOKEN}`, 'PUT', '/api/articles/a', anArticleInput({ title: 'Changed' }));
  expect((await (await ask(`Bearer ${TOKEN}`)).json()).title).toBe('The ferry returns');
});
