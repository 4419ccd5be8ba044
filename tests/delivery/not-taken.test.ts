import { expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory, sendNow } from '../support/newsroom.ts';
import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { addReaders, digestCounts, onceEach } from '../support/readers.ts';

/** The provider answers that it took nothing of a batch, and readers leave before the batch is sent again. */

const HOUR = 3600_000;
/** After this time the lease of a batch has run out. */
const TWO_MINUTES = 120_000;
/** These ids are in the same shard, so the readers are in the same batch. */
const IDS = ['reader-1', 'reader-7', 'reader-9'];
const [STAYS, LEAVES, ERASED] = IDS.map((id) => `${id}@reader.example`);

/**
 * Sets up three readers and a provider that answers each request with the next of these faults, and then as it should.
 * With `sharing`, it is another process on the same table.
 */
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

/** One reader unsubscribes, and one has everything about them erased. */
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

/** Lets five minutes pass, with a sweep and the work of the queue in each. */
async function recover(world: World): Promise<void> {
  for (let minute = 0; minute < 5; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
}

/** Returns how many different request bodies the provider got for the issue. */
function payloads({ account }: World): number {
  return new Set(account.requests.filter(({ key }) => key.startsWith('issue/')).map(({ hash }) => hash)).size;
}

it('a batch that the quota stopped goes out a day later, to the readers who are left then', async () => {
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

it('a reader who leaves while their batch waits after a 429 gets no mail', async () => {
  const world = await withThree([throttledFor(600)]);
  const { id } = await sendNow(world, 'morning');
  await twoGo(world);
  world.pass(600_000);
  await recover(world);
  expect(digestCounts(world)).toEqual(onceEach([{ email: STAYS ?? '' }]));
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 1, failed: 0, left: 2 });
});

it('a 429 after a request without an answer does not change the batch, because the provider may have taken that request', async () => {
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
  ['a 429 for the process that took over the batch', afterwards(FAULTS.dropped), FAULTS.throttled],
  ['a late 429 for the process that lost the batch', FAULTS.throttled, FAULTS.dropped],
])('%s does not change the batch', async (_, first: Fault, second: Fault) => {
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
