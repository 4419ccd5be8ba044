import { beforeAll, describe, expect, test } from 'vitest';
import { ids } from '../../functions/adapters/random.ts';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';
import { readRss } from '../support/parsers.ts';
import { meterOf } from '../support/units.ts';

/**
 * What a poll costs in read units of the table. The feeds and stories are those that cost most: their pointers have the longest
 * keys and the most fields, because the ids are generated ones, and each story was edited long after its date.
 */

const FEEDS = ['', '/en', '/sections/neighbourhoods', '/en/sections/neighbourhoods', '/tags/lopez-obrador'];
const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

async function fifty(world: World): Promise<void> {
  const posted: string[] = [];
  for (let count = 0; count < 50; count++) {
    world.pass(137 * SECOND + 1);
    const fields = { section: 'Neighbourhoods', tags: ['López Obrador'] };
    const answer = await world.edit('POST', '/api/articles', anArticleInput(fields));
    expect(answer.status).toBe(201);
    posted.push(((await answer.json()) as { id: string }).id);
  }
  world.pass(3 * 365 * DAY);
  for (const id of posted) {
    world.pass(SECOND + 1);
    expect((await world.edit('PATCH', `/api/articles/${id}`, { title: 'Corrected' })).status).toBe(200);
  }
}

describe('a feed of fifty stories, each of them edited', () => {
  let writer: World;
  beforeAll(async () => {
    writer = await setUp({ ids });
    await fifty(writer);
  });

  test.each(FEEDS)(
    'GET %s/rss.xml costs one read unit and one request, for a 304 and for a document in memory',
    async (folder) => {
      const reader = await setUp({ sharing: writer });
      const first = await reader.request(`${folder}/rss.xml`);
      expect(readRss(await first.text())).toHaveLength(50);
      const meter = meterOf(reader.table);
      const poll = (headers: Record<string, string>) => {
        // A process trusts the pointers in its memory for one second. After two seconds it has to read them again.
        reader.pass(2 * SECOND);
        return meter.during(() => reader.request(`${folder}/rss.xml`, { headers }));
      };
      const again = await poll({ 'if-none-match': first.headers.get('etag') ?? '' });
      expect(again.result.status).toBe(304);
      expect(again).toMatchObject({ read: 1, write: 0, commands: ['QueryCommand'] });
      const whole = await poll({});
      expect(whole.result.status).toBe(200);
      expect(whole).toMatchObject({ read: 1, write: 0, commands: ['QueryCommand'] });
    },
  );
});

test('Last-Modified is the second of the edit, whatever fraction of a second the date of the story has', async () => {
  const world = await setUp();
  const seen: (string | null)[] = [];
  const look = async () => seen.push((await world.request('/rss.xml')).headers.get('last-modified'));
  world.pass(900);
  await world.edit('PUT', '/api/articles/ferry', anArticleInput());
  await look();
  for (const [milliseconds, title] of [
    [1050, 'at 1.950'],
    [150, 'at 2.100'],
    [899, 'at 2.999'],
  ] as const) {
    world.pass(milliseconds);
    await world.edit('PATCH', '/api/articles/ferry', { title });
    await look();
  }
  expect(seen.map((time) => time?.slice(-6, -4))).toEqual(['00', '01', '02', '02']);
});
