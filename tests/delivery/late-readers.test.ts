import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { digestsTo, issue, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { digestCounts } from '../support/readers.ts';

/** Readers who have not confirmed yet when an issue of their edition is planned. */

const EARLY = 'early@reader.example';
const LATE = 'late@reader.example';
const UNSURE = 'unsure@reader.example';

it('a reader who confirms after an issue was planned is not mailed or counted in it, and gets the next issue', async () => {
  const world = await setUp();
  await subscribe(world, EARLY);
  await world.request('/subscriptions', { method: 'POST', body: { email: LATE, editions: ['daily'] } });
  await world.queue.drain();
  await postStory(world);
  const waiting = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  const { id } = await sendNow(waiting, 'first');
  expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 1, sent: 0 });

  const link = linkIn(world.mails.find(({ to }) => to === LATE)?.text, '/subscriptions/confirm');
  expect((await world.request(link, { method: 'POST' })).status).toBe(200);
  for (let minute = 0; minute < 5; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 1, sent: 1, failed: 0, left: 0 });
  expect(digestCounts(world)).toEqual(new Map([[EARLY, 1]]));

  await postStory(world);
  expect(await sendNow(world, 'second')).toMatchObject({ planned: 2, sent: 2 });
  expect(digestsTo(world, LATE)).toHaveLength(1);
});

it('a reader who has not confirmed gets no issue, and is not counted', async () => {
  const world = await setUp();
  await subscribe(world, EARLY);
  await world.request('/subscriptions', { method: 'POST', body: { email: UNSURE, editions: ['daily'] } });
  await world.queue.drain();
  const link = linkIn(world.mails.find(({ to }) => to === UNSURE)?.text, '/subscriptions/confirm');
  expect((await world.request(link)).status).toBe(200);
  await postStory(world);
  expect(await sendNow(world, 'first')).toMatchObject({ planned: 1, sent: 1, failed: 0, left: 0 });
  expect(digestCounts(world)).toEqual(new Map([[EARLY, 1]]));
});
