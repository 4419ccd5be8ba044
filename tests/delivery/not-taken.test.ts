import { expect, it } from 'vitest';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { issue, postStory, sendNow } from '../support/newsroom.ts';
import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { addReaders, digestCounts, onceEach } from '../support/readers.ts';

/** An answer that says that nothing was taken, and what readers do until their batch is asked for again. */

useDatabase();

const HOUR = 3600_000;
/** Longer than a lease. */
const TWO_MINUTES = 120_000;
/** Of one shard, and so of one batch. */
const IDS = ['reader-1', 'reader-7', 'reader-9'];
const [STAYS, LEAVES, ERASED] = IDS.map((id) => `${id}@reader.example`);

/** Three readers, and a provider that answers each request with the next of these, and then as it should. */
async function withThree(answers: (Fault | undefined)[], sharing?: World): Promise<World> {
  const world = await setUp({ provider: () => answers.shift(), ...(sharing && { sharing }) });
  if (sharing) return world;
  await addReaders(world, IDS.length, (index) => ({
    id: IDS[index] ?? '',
    email: `${IDS[index]}@reader.example`,
  }));
  await postStory(world);
  return world;
}

/** One leaves, one has themself erased. */
async function twoGo(world: World): Promise<void> {
  const { links } = world.services;
  const [, leaving = '', erased = ''] = IDS;
  const manage = links.manage(erased, '');
  for (const link of [
    links.unsubscribe(leaving, 'daily', ''),
    manage.replace('/subscriptions/manage', '/subscriptions/erase'),
  ]) {
    const answer = await world.request(link, {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(200);
  }
}

async function recover(world: World): Promise<void> {
  for (let minute = 0; minute < 5; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
}

/** The different bytes that were asked for under the issue's key. */
function payloads({ account }: World): number {
  return new Set(account.requests.filter(({ key }) => key.startsWith('issue/')).map(({ hash }) => hash)).size;
}

it('a batch that the quota stopped goes out a day later, to those who are readers then', async () => {
  const world = await withThree([FAULTS.overQuota]);
  const { id, state } = await sendNow(world, 'morning');
  expect(state).toBe('stopped');
  await twoGo(world);
  world.pass(24 * HOUR + TWO_MINUTES);
  expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(202);
  await recover(world);
  expect(digestCounts(world)).toEqual(onceEach([{ email: STAYS ?? '' }]));
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 1, failed: 0, left: 2 });
});

it('who leaves while a batch waits after a 429 gets nothing', async () => {
  const world = await withThree([throttledFor(600)]);
  const { id } = await sendNow(world, 'morning');
  await twoGo(world);
  world.pass(600_000);
  await recover(world);
  expect(digestCounts(world)).toEqual(onceEach([{ email: STAYS ?? '' }]));
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 1, failed: 0, left: 2 });
});

it('a 429 after a request without an answer leaves the batch as it was: the first may have been taken', async () => {
  const world = await withThree([afterwards(FAULTS.dropped), throttledFor(40), FAULTS.overQuota]);
  const { id } = await sendNow(world, 'morning');
  await twoGo(world);
  await recover(world);
  expect(await issue(world, id)).toMatchObject({ state: 'stopped' });
  expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(202);
  await recover(world);
  expect(world.account.requests.filter(({ key }) => key.startsWith('issue/'))).toHaveLength(4);
  expect(payloads(world)).toBe(1);
  expect(digestCounts(world)).toEqual(
    onceEach([STAYS, LEAVES, ERASED].map((email) => ({ email: email ?? '' }))),
  );
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 3, failed: 0 });
});

it.each([
  ['a 429 to whoever took over', afterwards(FAULTS.dropped), FAULTS.throttled],
  ['a late 429 to the holder that was overtaken', FAULTS.throttled, FAULTS.dropped],
])('%s leaves the batch as it was', async (_, first: Fault, second: Fault) => {
  const late = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const slow = await setUp({
    provider: () => {
      asked.resolve();
      return { ...first, held: late.promise };
    },
    sharing: await withThree([]),
  });
  const sending = sendNow(slow, 'morning');
  await asked.promise;
  const other = await withThree([second], slow);
  other.pass(TWO_MINUTES);
  await other.sweep();
  await other.queue.drain();
  late.resolve();
  const { id } = await sending;
  await twoGo(other);
  await recover(other);
  expect(payloads(other)).toBe(1);
  expect(digestCounts(other)).toEqual(
    onceEach([STAYS, LEAVES, ERASED].map((email) => ({ email: email ?? '' }))),
  );
  expect(await issue(other, id)).toMatchObject({ state: 'sent', sent: 3, failed: 0 });
});
