import { beforeEach, describe, expect, it } from 'vitest';
import { setUp, type World } from '../../support/installation.ts';

/** What a monitor and an editor are told while the disk under the database has a fault. */

let world: World;
/** What the database answers to each request, in the words of SQLite. */
let broken: string | undefined;
beforeEach(async () => {
  broken = undefined;
  world = await setUp();
  world.table.client.middlewareStack.add(
    (next) => (request) => {
      if (broken === undefined) return next(request);
      throw Object.assign(new Error(broken), { name: 'InternalServerError' });
    },
    { step: 'deserialize', priority: 'low' },
  );
});

async function health(): Promise<[number, string]> {
  const answer = await world.request('/healthz');
  return [answer.status, await answer.text()];
}
const write = () =>
  world.edit('PUT', '/api/articles/a', { title: 'A', content: { html: '<p>a</p>' }, language: 'en' });

describe.each([
  [
    'a full disk',
    'commit failed (backend: database or disk is full) and rollback also failed',
    'there is no room left on the disk of the data folder',
  ],
  [
    'a damaged file',
    'backend: database disk image is malformed',
    'the database file in the data folder is damaged',
  ],
  [
    'a folder that cannot be written',
    'backend: attempt to write a readonly database',
    'the data folder cannot be written',
  ],
])('%s', (what, words, told) => {
  it('is named by /healthz, and to who wanted to store something, and in the log without a stack', async () => {
    broken = words;
    const answer = await write();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    expect(((await answer.json()) as { detail: string }).detail).toContain(told);
    expect(await health()).toEqual([503, expect.stringContaining(`not ok: ${told}`)]);
    const [line] = world.log.lines.filter(({ level }) => level === 'error');
    expect(line?.message).toContain(told);
    expect(line?.fields).toEqual({ method: 'PUT', path: '/api/articles/a' });
  });

  it('stays named for a minute after it was last met, and a damaged file until the next start', async () => {
    broken = words;
    await write();
    broken = undefined;
    world.pass(59_000);
    expect((await health())[0]).toBe(503);
    world.pass(2_000);
    expect((await health())[0]).toBe(what === 'a damaged file' ? 503 : 200);
  });
});

it('/healthz says so if the database does not answer for another reason', async () => {
  broken = 'connect ECONNREFUSED 127.0.0.1:1';
  expect(await health()).toEqual([
    503,
    'not ok: the database does not answer (connect ECONNREFUSED 127.0.0.1:1)\n',
  ]);
});
