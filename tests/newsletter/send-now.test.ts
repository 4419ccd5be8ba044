import { beforeEach, describe, expect, test } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { postStory, slotsOf } from '../support/newsroom.ts';
import { addReaders, storeReader } from '../support/readers.ts';

/** Sending an issue now: what a request must say, and what its answer says about the readers. */

const ISSUES = '/api/editions/daily/issues';

let world: World;
beforeEach(async () => {
  world = await setUp();
});

const send = async (query = '', body?: unknown, headers: Record<string, string> = {}) => {
  const answer = await world.edit('POST', `${ISSUES}${query}`, body, headers);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

test('a request without a slot and without a key is refused, and nothing is sent', async () => {
  await postStory(world);
  for (const body of [undefined, {}]) {
    expect(await send('', body)).toMatchObject({
      status: 422,
      body: {
        errors: [
          {
            pointer: '/slot',
            detail:
              'is missing: send the header Idempotency-Key, or give the issue a slot, so that the same request again sends nothing twice; with ?dryRun=true neither is needed',
          },
        ],
      },
    });
  }
  expect(await slotsOf(world)).toEqual([]);
});

describe('the answer says how many readers the issue reaches', () => {
  beforeEach(async () => {
    await addReaders(world, 3);
    await storeReader(world, 'es@reader.example', { language: 'es' });
    await storeReader(world, 'paused@reader.example', { pausedUntil: '2026-12-24T00:00:00.000Z' });
    await storeReader(world, 'back@reader.example', { pausedUntil: '2026-11-01T00:00:00.000Z' });
    await storeReader(world, 'culture@reader.example', { topics: ['culture'] });
    await storeReader(world, 'harbour@reader.example', { topics: ['harbour', 'culture'] });
    await storeReader(world, 'weekly@reader.example', { editions: ['weekly'] });
    await postStory(world, { id: 'ferry', section: 'harbour' });
  });

  test('a dry run counts those who get a mail, and sends nothing', async () => {
    const expected = { edition: 'daily', readers: 5, byLanguage: { en: 5, es: 0 }, storyIds: ['ferry'] };
    expect(await send('?dryRun=true')).toEqual({ status: 200, body: { ...expected, leftOut: [] } });
    await postStory(world, { id: 'barco', language: 'es' });
    expect(await send('?dryRun=true', { slot: 'noon' })).toMatchObject({
      body: { readers: 6, byLanguage: { en: 5, es: 1 }, storyIds: ['ferry', 'barco'] },
    });
    expect(await slotsOf(world)).toEqual([]);
  });

  test('the issue that is sent reaches as many, and a repeated request reaches nobody', async () => {
    const sent = await send('?dryRun=false', { slot: 'noon' });
    expect(sent).toMatchObject({ status: 202, body: { state: 'new', readers: 5, byLanguage: { en: 5 } } });
    await world.queue.drain();
    const again = await send('', { slot: 'noon' });
    expect(again).toMatchObject({ status: 202, body: { state: 'sent', planned: 5, sent: 5 } });
    expect(again.body.readers).toBeUndefined();
    expect(await send('?dryRun=true', { slot: 'noon' })).toMatchObject({
      status: 200,
      body: {
        readers: 0,
        storyIds: [],
        skipped: 'this slot or key has an issue already, which is sent; it would not be sent again',
        issue: { id: 'daily.noon', sent: 5 },
      },
    });
  });

  test('an issue that would be skipped reaches nobody, and the answer says why', async () => {
    await world.edit('DELETE', '/api/articles/ferry');
    expect(await send('?dryRun=true')).toMatchObject({
      body: { readers: 0, byLanguage: { en: 0, es: 0 }, skipped: expect.stringContaining('0 new stories') },
    });
    expect(await send('', undefined, { 'idempotency-key': 'now' })).toMatchObject({
      status: 202,
      body: { readers: 0 },
    });
  });
});

test('any other value of dryRun is refused', async () => {
  expect(await send('?dryRun=yes', { slot: 'noon' })).toMatchObject({
    status: 400,
    body: { detail: 'dryRun must be true or false.' },
  });
  expect(await slotsOf(world)).toEqual([]);
});

test('a slot of the schedule that lies ahead is not used up by an issue that would be skipped', async () => {
  const ahead = { slot: '2026-12-24-0730' };
  expect(await send('', ahead)).toMatchObject({
    status: 409,
    body: {
      detail: expect.stringMatching(/^The schedule sends an issue with the slot 2026-12-24-0730 later/),
    },
  });
  expect(await slotsOf(world)).toEqual([]);
  await storeReader(world, 'ana@reader.example');
  await postStory(world);
  expect(await send('', ahead)).toMatchObject({ status: 202, body: { readers: 1 } });
});
