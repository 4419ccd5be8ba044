import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { sendNow } from '../support/newsroom.ts';

it('the list of issues comes in pages, the newest first, and has every issue once', async () => {
  const world = await setUp();
  const ids: string[] = [];
  for (const key of ['a', 'b', 'c', 'd', 'e']) {
    ids.push((await sendNow(world, key)).id);
    world.pass(1000);
  }
  const list = async (query: string) =>
    (await (await world.edit('GET', `/api/editions/daily/issues${query}`)).json()) as {
      issues: { id: string }[];
      next?: string;
    };
  const seen: string[] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page = await list(`?limit=2&cursor=${next}`);
    expect(page.issues.length).toBeLessThanOrEqual(2);
    seen.push(...page.issues.map(({ id }) => id));
    next = page.next;
  }
  expect(seen).toEqual(ids.toReversed());
  expect(await list('')).toMatchObject({ issues: Array.from(ids, () => ({ state: 'skipped' })) });
  expect(await list('')).not.toHaveProperty('next');
  expect((await world.edit('GET', '/api/editions/daily/issues?limit=101')).status).toBe(400);
  expect((await world.edit('GET', '/api/editions/daily/issues?cursor=x')).status).toBe(400);
});
