import { beforeEach, describe, expect, test } from 'vitest';
import { sendIssue, withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;
/** Sets up an edition of all stories, an edition of the section culture, and a reader of both for each language. */
beforeEach(async () => {
  world = await setUp({
    config: withEditions(
      { id: 'daily', stories: { min: 1, max: 12, mostRecent: 0 } },
      { id: 'culture', filter: { sections: ['culture'] }, stories: { min: 1, max: 12, mostRecent: 0 } },
    ),
  });
  await storeReader(world, 'en@reader.example', { editions: ['daily', 'culture'] });
  await storeReader(world, 'es@reader.example', { editions: ['daily', 'culture'], language: 'es' });
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
  test('which is the first issue after the story was published', async () => {
    await postStory(world, { id: 'one' });
    expect(await daily()).toEqual(['one']);
    world.pass(DAY);
    await postStory(world, { id: 'two' });
    expect(await daily()).toEqual(['two']);
    world.pass(DAY);
    expect(await daily()).toEqual([]);
  });

  test('even if its date is set back, before the issue or after it', async () => {
    await postStory(world, { id: 'line' });
    expect(await daily()).toEqual(['line']);
    world.pass(MINUTE);
    await postStory(world, { id: 'old', publishedAt: at(-2 * DAY) });
    expect(await daily()).toEqual(['old']);
    await patch('old', { publishedAt: at(-HOUR) });
    await patch('line', { publishedAt: '2011-03-01T08:00:00Z' });
    world.pass(HOUR);
    expect(await daily()).toEqual([]);
  });

  test('even if it is edited, and the issue has the text of that moment', async () => {
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

  test('even if ten issues follow each other within minutes', async () => {
    for (let n = 0; n < 10; n++) {
      await postStory(world, { id: `story-of-minute-${n}` });
      world.pass(10_000);
      expect(await daily()).toEqual([`story-of-minute-${n}`]);
    }
  });

  test('and does not count as sent in another edition', async () => {
    await postStory(world, { id: 'opera', section: 'culture' });
    world.pass(1);
    await postStory(world, { id: 'ferry' });
    expect(await culture()).toEqual(['opera']);
    world.pass(2 * DAY);
    expect(await daily()).toEqual(['ferry', 'opera']);
    expect(await culture()).toEqual([]);
  });
});

describe('an embargo', () => {
  test('keeps a story out of issues until it ends, and the first issue after that has the story', async () => {
    await postStory(world, { id: 'now' });
    await postStory(world, { id: 'later', publishedAt: at(2 * DAY) });
    expect(await daily()).toEqual(['now']);
    world.pass(2 * DAY - 1);
    expect(await daily()).toEqual([]);
    world.pass(2);
    expect(await daily()).toEqual(['later']);
  });

  test('is over for an issue of the millisecond in which it ends', async () => {
    await postStory(world, { id: 'sharp', publishedAt: at(HOUR) });
    world.pass(HOUR);
    expect(await daily()).toEqual(['sharp']);
    world.pass(1);
    expect(await daily()).toEqual([]);
  });

  test('that is moved makes its story wait for the new hour, and an embargo that is lifted frees the story at once', async () => {
    await postStory(world, { id: 'moved', publishedAt: at(HOUR) });
    await postStory(world, { id: 'lifted', publishedAt: at(10 * DAY) });
    await patch('moved', { publishedAt: at(DAY) });
    await patch('lifted', { publishedAt: at(0) });
    world.pass(2 * HOUR);
    expect(await daily()).toEqual(['lifted']);
    world.pass(DAY);
    expect(await daily()).toEqual(['moved']);
  });

  test('can be given to a public story, which then is in no issue until the embargo ends', async () => {
    await postStory(world, { id: 'early' });
    await patch('early', { publishedAt: at(3 * DAY) });
    world.pass(DAY);
    expect(await daily()).toEqual([]);
    world.pass(2 * DAY);
    expect(await daily()).toEqual(['early']);
  });
});

describe('drafts and retractions', () => {
  test('a draft is in no issue, and once it is published it is in the next one, however old it is', async () => {
    await postStory(world, { id: 'draft', status: 'draft' });
    expect(await daily()).toEqual([]);
    world.pass(60 * DAY);
    await patch('draft', { status: 'published' });
    expect(await daily()).toEqual(['draft']);
  });

  test('a story that is retracted before an issue is not in the issue', async () => {
    await postStory(world, { id: 'gone' });
    await postStory(world, { id: 'stays' });
    await retract('gone');
    expect(await daily()).toEqual(['stays']);
  });

  test('a story that is published again after a retraction is in the next issue if it was in none before', async () => {
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

  test('a story that is published again after it was made a draft is in the next issue if it was in none before', async () => {
    await postStory(world, { id: 'back' });
    await postStory(world, { id: 'sent' });
    await patch('back', { status: 'draft' });
    expect(await daily()).toEqual(['sent']);
    world.pass(DAY);
    await patch('back', { status: 'published' });
    expect(await daily()).toEqual(['back']);
  });

  test('a story that was retracted under embargo was never public, so it is new when it is published weeks later with a new date', async () => {
    await postStory(world, { id: 'back', publishedAt: at(HOUR) });
    await retract('back');
    world.pass(30 * DAY);
    expect(await daily()).toEqual([]);
    await putBack('back', { publishedAt: at(0) });
    expect(await daily()).toEqual(['back']);
  });
});

describe('a story that begins to fit an edition', () => {
  test.each([
    ['its section', { section: 'politics' }, { section: 'culture' }],
    ['its language', { section: 'culture', language: 'fr' }, { language: 'en' }],
  ])('by a change of %s is in the next issue if it is still news', async (_, before, after) => {
    await postStory(world, { id: 'known', section: 'culture' });
    await postStory(world, { id: 'moved', ...before });
    expect(await culture()).toEqual(['known']);
    world.pass(3 * DAY);
    await patch('moved', after);
    expect(await culture()).toEqual(['moved']);
    world.pass(HOUR);
    expect(await culture()).toEqual([]);
  });

  test('is in no issue if it is no news any more, or if it became public more than a week ago', async () => {
    await postStory(world, { id: 'known', section: 'culture' });
    await postStory(world, { id: 'moved' });
    await postStory(world, { id: 'redated' });
    world.pass(HOUR);
    expect(await culture()).toEqual(['known']);
    world.pass(4 * DAY);
    await postStory(world, { id: 'between', section: 'culture' });
    expect(await culture()).toEqual(['between']);
    world.pass(HOUR);
    await patch('moved', { section: 'culture' });
    expect(await culture()).toEqual([]);
    world.pass(4 * DAY);
    await patch('redated', { section: 'culture', publishedAt: at(-HOUR) });
    expect(await culture()).toEqual([]);
  });
});

test('the first issue after a long pause has all stories since the issue before it', async () => {
  await postStory(world, { id: 'first', section: 'culture' });
  expect(await culture()).toEqual(['first']);
  await postStory(world, { id: 'second', section: 'culture' });
  world.pass(30 * DAY);
  await postStory(world, { id: 'third', section: 'culture' });
  expect(await culture()).toEqual(['third', 'second']);
});
