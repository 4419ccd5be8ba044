import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { publicKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import type { Preview } from '../../functions/newsletter/previews.ts';
import { handleCompose } from '../../functions/work/handle-compose.ts';
import { sendIssue, storiesMailed, withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory, sendNow } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { meterOf } from '../support/units.ts';

/** Which stories are news: an archive that comes in is not, and neither is what editors keep out of newsletters. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

let world: World;
/** Sets up a daily, a daily with a limit of ten days, and a weekly, all with one reader. */
beforeEach(async () => {
  const stories = { min: 1, max: 12, mostRecent: 0 };
  world = await setUp({
    config: withEditions(
      { id: 'daily', stories },
      { id: 'patient', stories: { ...stories, maxAgeDays: 10 } },
      { id: 'weekly', cron: '0 9 * * 0', stories },
    ),
  });
  await storeReader(world, 'en@reader.example', { editions: ['daily', 'patient', 'weekly'] });
});

const at = (offset: number) => new Date(world.now() + offset).toISOString();
const dated = (id: string, offset: number) => postStory(world, { id, publishedAt: at(offset) });
async function patch(id: string, fields: Record<string, unknown>) {
  expect((await world.edit('PATCH', `/api/articles/${id}`, fields)).status).toBe(200);
}
async function preview(edition: string, body = {}): Promise<Preview> {
  return (await (await world.edit('POST', `/api/editions/${edition}/preview`, body)).json()) as Preview;
}

describe('an archive that is put in one story after the other', () => {
  test('leaves the next issue as it is, and none of its stories is read for it', async () => {
    await postStory(world, { id: 'fresh' });
    for (let n = 0; n < 60; n++) await dated(`archive-${n}`, -YEAR + n * HOUR);
    await world.queue.drain();
    const meter = meterOf(world.table);
    const { result, units } = await meter.during(() => sendIssue(world, 'daily'));
    expect(result).toEqual(['fresh']);
    // Reading the sixty stories would take a unit each.
    expect(units.BatchGetItemCommand).toBeLessThan(60);
    world.pass(DAY);
    expect(await sendIssue(world, 'daily')).toEqual([]);
  });

  test('is told in the preview and in the reason of a skipped issue', async () => {
    for (let n = 0; n < 7; n++) await dated(`archive-${n}`, -YEAR);
    const { warnings, skipped } = await preview('daily');
    const limit = at(-3 * DAY);
    expect(warnings[0]?.detail).toBe(
      `"archive-6", "archive-5", "archive-4", "archive-3", "archive-2" and 2 others came in lately but are dated before ${limit}, so no issue has them: stories.maxAgeDays of the edition sets how old news may be`,
    );
    expect(skipped).toContain(
      `; 7 of any section came in since then that are dated before ${limit} and are no news`,
    );
    expect((await sendNow(world, 'now')).reason).toBe(skipped);
  });
});

describe('a story that is dated back', () => {
  test.each([
    ['daily', 3 * DAY],
    ['patient', 10 * DAY],
    // The weekly has no issue yet, so its limit is a day before its last Sunday.
    ['weekly', 8 * DAY - 2 * HOUR],
  ])('is news to the first issue of the edition %s until it is too old', async (edition, age) => {
    await dated('too-old', -age - 1);
    await dated('just-news', -age);
    expect(await sendIssue(world, edition)).toEqual(['just-news']);
  });

  test('is news to a weekly if it is dated after the last issue, or within a day before it', async () => {
    await postStory(world, { id: 'sunday' });
    expect(await sendIssue(world, 'weekly')).toEqual(['sunday']);
    world.pass(7 * DAY);
    await dated('before', -8 * DAY - 1);
    await dated('late', -8 * DAY);
    await dated('monday', -6 * DAY);
    expect((await sendIssue(world, 'weekly')).sort()).toEqual(['late', 'monday']);
  });

  test('becomes news when it gets a date that is young enough', async () => {
    await dated('old', -YEAR);
    expect(await sendIssue(world, 'daily')).toEqual([]);
    await patch('old', { publishedAt: at(-HOUR) });
    world.pass(HOUR);
    expect(await sendIssue(world, 'daily')).toEqual(['old']);
  });

  test('goes into an issue if its entry in the table was written before entries had dates', async () => {
    await postStory(world, { id: 'entry' });
    await dated('old-entry', -YEAR);
    for (const [id, publicAt] of [
      ['entry', at(0)],
      ['old-entry', at(0)],
    ] as const)
      await world.table.client.send(
        new PutCommand({ TableName: world.table.name, Item: publicKey(publicAt, id) }),
      );
    expect(await sendIssue(world, 'daily')).toEqual(['entry']);
  });
});

describe('a story with newsletter "never"', () => {
  test('is in no issue, and the preview of it says so', async () => {
    await postStory(world, { id: 'quiet', newsletter: 'never' });
    expect(await sendIssue(world, 'daily')).toEqual([]);
    const { warnings } = await preview('daily', { storyIds: ['quiet'] });
    expect(warnings).toContainEqual({
      pointer: '/storyIds/0',
      detail: '"quiet" has newsletter "never": an issue would not have it',
    });
  });

  test('is in the next issue after an editor sets it to "auto" or takes the field away', async () => {
    await postStory(world, { id: 'one', newsletter: 'never' });
    await postStory(world, { id: 'two', newsletter: 'never' });
    await patch('one', { newsletter: 'auto' });
    await patch('two', { newsletter: null });
    expect((await sendIssue(world, 'daily')).sort()).toEqual(['one', 'two']);
  });

  test('is as public as any other: the API shows the field, and the feed has the story', async () => {
    await postStory(world, { id: 'quiet', newsletter: 'never' });
    await postStory(world, { id: 'loud' });
    const read = async (id: string) => (await world.edit('GET', `/api/articles/${id}`)).json();
    expect(await read('quiet')).toMatchObject({ newsletter: 'never' });
    expect(await read('loud')).toMatchObject({ newsletter: 'auto' });
    expect(await (await world.request('/rss.xml')).text()).toContain('articles/quiet');
    const wrong = await world.edit('PATCH', '/api/articles/loud', { newsletter: 'no' });
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({
      errors: [
        {
          pointer: '/newsletter',
          detail: 'must be "auto", or "never" to keep the story out of every newsletter',
        },
      ],
    });
  });

  test('leaves an issue that was composed but whose readers are not planned yet', async () => {
    await postStory(world, { id: 'one' });
    await postStory(world, { id: 'two' });
    const { queue } = world;
    await world.edit('POST', '/api/editions/daily/issues', { slot: 'now' });
    await handleCompose(world.services, { kind: 'compose', edition: 'daily', slot: 'now' });
    await patch('two', { newsletter: 'never' });
    await queue.drain();
    expect(await issue(world, 'daily.now')).toMatchObject({ state: 'sent', sent: 1 });
    expect(storiesMailed(world, 'daily', 'now')).toEqual(['one']);
  });
});
