import { beforeEach, describe, expect, test } from 'vitest';
import { sendIssue, withEditions } from '../support/editions.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { postStory, subscribe } from '../support/newsroom.ts';

useDatabase();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;
/** Two editions: all stories, and those of one section. */
beforeEach(async () => {
  world = await setUp({
    config: withEditions(
      { id: 'daily', stories: { min: 1, max: 12, mostRecent: 0 } },
      { id: 'culture', filter: { sections: ['culture'] }, stories: { min: 1, max: 12, mostRecent: 0 } },
    ),
  });
  await subscribe(world, 'en@reader.example', { editions: ['daily', 'culture'] });
  await subscribe(world, 'es@reader.example', { editions: ['daily', 'culture'], language: 'es' });
});

const daily = () => sendIssue(world, 'daily');
const culture = () => sendIssue(world, 'culture');
const at = (offset: number) => new Date(world.now() + offset).toISOString();
async function patch(id: string, fields: Record<string, unknown>) {
  const answer = await world.edit('PATCH', `/api/articles/${id}`, fields);
  expect(answer.status, await answer.clone().text()).toBe(200);
}
async function retract(id: string) {
  expect((await world.edit('DELETE', `/api/articles/${id}`)).status).toBe(204);
}
async function putBack(id: string, fields: Record<string, unknown> = {}) {
  const answer = await world.edit('PUT', `/api/articles/${id}`, {
    title: id,
    content: { html: '<p>Again.</p>' },
    language: 'en',
    section: 'harbour',
    ...fields,
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
}

describe('a story is in one issue of an edition', () => {
  test('the next one after it was published, and in no later one', async () => {
    await postStory(world, { id: 'one' });
    expect(await daily()).toEqual(['one']);
    world.pass(DAY);
    await postStory(world, { id: 'two' });
    expect(await daily()).toEqual(['two']);
    world.pass(DAY);
    expect(await daily()).toEqual([]);
  });

  test('though it is dated back by years, before the issue or after it', async () => {
    await postStory(world, { id: 'line' });
    expect(await daily()).toEqual(['line']);
    world.pass(MINUTE);
    await postStory(world, { id: 'old', publishedAt: '2011-03-01T08:00:00Z' });
    expect(await daily()).toEqual(['old']);
    await patch('old', { publishedAt: at(-HOUR) });
    await patch('line', { publishedAt: '2011-03-01T08:00:00Z' });
    world.pass(HOUR);
    expect(await daily()).toEqual([]);
  });

  test('though it is edited, and the issue has it as it was then', async () => {
    await postStory(world, { id: 'one', title: 'First words' });
    await patch('one', { title: 'Better words' });
    expect(await daily()).toEqual(['one']);
    expect(world.mails.at(-1)).toMatchObject({ subject: 'Better words' });
    for (const fields of [
      { title: 'Last words' },
      { section: 'politics' },
      { tags: ['New'] },
      { featured: true },
    ]) {
      await patch('one', fields);
      world.pass(HOUR);
      expect(await daily(), JSON.stringify(fields)).toEqual([]);
    }
  });

  test('though issues follow each other within minutes, thirty of them', async () => {
    for (let n = 0; n < 30; n++) {
      await postStory(world, { id: `story-of-minute-${n}` });
      world.pass(10_000);
      expect(await daily()).toEqual([`story-of-minute-${n}`]);
    }
  });

  test('each edition has it once, whatever the other has sent', async () => {
    await postStory(world, { id: 'opera', section: 'culture' });
    world.pass(1);
    await postStory(world, { id: 'ferry' });
    expect(await culture()).toEqual(['opera']);
    world.pass(2 * DAY);
    expect(await daily()).toEqual(['ferry', 'opera']);
    expect(await culture()).toEqual([]);
  });
});

describe('embargo', () => {
  test('a story under embargo is in the first issue after its hour', async () => {
    await postStory(world, { id: 'now' });
    await postStory(world, { id: 'later', publishedAt: at(2 * DAY) });
    expect(await daily()).toEqual(['now']);
    world.pass(2 * DAY - 1);
    expect(await daily()).toEqual([]);
    world.pass(2);
    expect(await daily()).toEqual(['later']);
  });

  test('an embargo that ends with the millisecond of the issue is over', async () => {
    await postStory(world, { id: 'sharp', publishedAt: at(HOUR) });
    world.pass(HOUR);
    expect(await daily()).toEqual(['sharp']);
    world.pass(1);
    expect(await daily()).toEqual([]);
  });

  test('one that was moved to a later hour waits for that, and one lifted early does not wait', async () => {
    await postStory(world, { id: 'moved', publishedAt: at(HOUR) });
    await postStory(world, { id: 'lifted', publishedAt: at(10 * DAY) });
    await patch('moved', { publishedAt: at(DAY) });
    await patch('lifted', { publishedAt: at(0) });
    world.pass(2 * HOUR);
    expect(await daily()).toEqual(['lifted']);
    world.pass(DAY);
    expect(await daily()).toEqual(['moved']);
  });

  test('a public story that is moved into the future leaves, and comes when it is public again', async () => {
    await postStory(world, { id: 'early' });
    await patch('early', { publishedAt: at(3 * DAY) });
    world.pass(DAY);
    expect(await daily()).toEqual([]);
    world.pass(2 * DAY);
    expect(await daily()).toEqual(['early']);
  });
});

describe('drafts and retractions', () => {
  test('a draft is in no issue, and once published in the next, however old', async () => {
    await postStory(world, { id: 'draft', status: 'draft' });
    expect(await daily()).toEqual([]);
    world.pass(60 * DAY);
    await patch('draft', { status: 'published' });
    expect(await daily()).toEqual(['draft']);
  });

  test('a story that was retracted before the issue is not in it', async () => {
    await postStory(world, { id: 'gone' });
    await postStory(world, { id: 'stays' });
    await retract('gone');
    expect(await daily()).toEqual(['stays']);
  });

  test('one that was published again after a retraction is in the next issue if it was in none', async () => {
    await postStory(world, { id: 'back' });
    await postStory(world, { id: 'sent' });
    await retract('back');
    expect(await daily()).toEqual(['sent']);
    await retract('sent');
    world.pass(DAY);
    await putBack('back');
    await putBack('sent');
    expect(await daily()).toEqual(['back']);
  });

  test('so it is with one that was a draft in between', async () => {
    await postStory(world, { id: 'back' });
    await postStory(world, { id: 'sent' });
    await patch('back', { status: 'draft' });
    expect(await daily()).toEqual(['sent']);
    world.pass(DAY);
    await patch('back', { status: 'published' });
    expect(await daily()).toEqual(['back']);
  });

  test('one that was retracted under embargo was never public: published weeks later, it is new', async () => {
    await postStory(world, { id: 'back', publishedAt: at(HOUR) });
    await retract('back');
    world.pass(30 * DAY);
    expect(await daily()).toEqual([]);
    await putBack('back');
    expect(await daily()).toEqual(['back']);
  });
});

describe('a story that comes to fit', () => {
  test.each([
    ['its section', { section: 'politics' }, { section: 'culture' }],
    ['its language', { section: 'culture', language: 'fr' }, { language: 'en' }],
  ])(
    'by a change of %s is in the next issue, within a week of having become public',
    async (_, before, after) => {
      await postStory(world, { id: 'known', section: 'culture' });
      await postStory(world, { id: 'moved', ...before });
      expect(await culture()).toEqual(['known']);
      world.pass(6 * DAY);
      await patch('moved', after);
      expect(await culture()).toEqual(['moved']);
      world.pass(HOUR);
      expect(await culture()).toEqual([]);
    },
  );

  test('later than that it is only on the site', async () => {
    await postStory(world, { id: 'known', section: 'culture' });
    await postStory(world, { id: 'moved' });
    world.pass(HOUR);
    expect(await culture()).toEqual(['known']);
    world.pass(8 * DAY);
    await patch('moved', { section: 'culture' });
    expect(await culture()).toEqual([]);
  });

  test('where no issue was sent for long, the next one has all since the last', async () => {
    await postStory(world, { id: 'first', section: 'culture' });
    expect(await culture()).toEqual(['first']);
    await postStory(world, { id: 'second', section: 'culture' });
    world.pass(30 * DAY);
    await postStory(world, { id: 'third', section: 'culture' });
    expect(await culture()).toEqual(['third', 'second']);
  });
});
