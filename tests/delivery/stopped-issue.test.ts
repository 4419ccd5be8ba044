import { expect, it } from 'vitest';
import { addReader, beside } from '../subscribers/reader.ts';
import { tracesOf } from '../subscribers/traces.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow } from '../support/newsroom.ts';

/** The provider takes the batch of an issue, its answer is lost, and the issue is stopped. */

const ANA = 'ana@reader.example';
const HOUR = 3600_000;

async function stoppedUnanswered(): Promise<{ world: World; id: string; manage: string }> {
  let lost = 1;
  const world = await setUp({
    provider: () => (lost-- > 0 ? { taken: true, answer: 'drop' } : undefined),
  });
  const manage = await addReader(world, ANA);
  await postStory(world);
  const { id } = await sendNow(world, 'morning');
  await world.services.complaints.stop('daily', { at: '2026-11-22T12:00:00.000Z', reason: 'spam' });
  await minute(world);
  expect(await issue(world, id)).toMatchObject({ state: 'stopped', sent: 0, failed: 0 });
  return { world, id, manage };
}

async function minute(world: World): Promise<void> {
  world.pass(60_000);
  await world.tick();
  await world.queue.drain();
}

const resume = async (world: World, id: string) => {
  await world.services.complaints.resume('daily', world.now());
  expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(202);
};

it('a stopped issue gives up a batch with addresses within a day, so an erased reader is in it no longer', async () => {
  const { world, id, manage } = await stoppedUnanswered();
  expect((await world.request(beside(manage, '/subscriptions/erase'), { method: 'POST' })).status).toBe(200);
  // The batch may still go out if an editor resumes the issue, so it has the address.
  expect(await tracesOf(world, [ANA], [])).not.toEqual([]);
  world.pass(23 * HOUR);
  await minute(world);
  const left = await tracesOf(world, [ANA], []);
  expect(left.filter((item) => JSON.stringify(item).includes(ANA))).toEqual([]);
  expect(await issue(world, id)).toMatchObject({ state: 'stopped', failed: 1 });
  await minute(world);
  expect(await world.services.issues.open()).toEqual([]);

  await resume(world, id);
  await minute(world);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 0, failed: 1 });
});

it('an issue that is resumed within a day goes on with the batch that it had frozen', async () => {
  const { world, id } = await stoppedUnanswered();
  for (let hour = 0; hour < 22; hour++) {
    world.pass(HOUR);
    await world.tick();
    await world.queue.drain();
  }
  expect(await issue(world, id)).toMatchObject({ state: 'stopped', failed: 0 });
  await resume(world, id);
  await minute(world);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 1, failed: 0 });
  expect(digestsTo(world, ANA)).toHaveLength(1);
});

it('some minutes later, the sweep looks no more after a stopped issue whose batches have no addresses', async () => {
  const world = await setUp({ faults: { lose: ({ kind }) => kind === 'send' } });
  await addReader(world, ANA);
  await postStory(world);
  const { id } = await sendNow(world, 'morning');
  await world.services.complaints.stop('daily', { at: '2026-11-22T12:00:00.000Z', reason: 'spam' });
  await minute(world);
  expect(await issue(world, id)).toMatchObject({ state: 'stopped' });
  // A worker may have read the issue before it stopped.
  expect(await world.services.issues.open()).toHaveLength(1);
  world.pass(HOUR);
  await minute(world);
  expect(await world.services.issues.open()).toEqual([]);
});
