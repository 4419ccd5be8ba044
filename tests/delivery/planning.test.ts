import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { issueKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import { MAX_RECIPIENTS } from '../../functions/delivery/batch.ts';
import type { PlanProgress } from '../../functions/delivery/delivery-store.ts';
import { planPage, planPart } from '../../functions/delivery/plan-part.ts';
import type { FrozenIssue } from '../../functions/newsletter/issue.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { type Choice, choiceKey, type Member } from '../../functions/subscribers/subscriber.ts';
import { testConfig } from '../support/config.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory, sendNow } from '../support/newsroom.ts';
import { addReaders, digestCounts, everyChoice, onceEach } from '../support/readers.ts';

const SECTIONS = ['politics', 'harbour', 'culture', 'business', 'sport'];
const CHOICES = everyChoice(SECTIONS);

it('planning a long list gives the queue only as many batches as the pace lets through, and the sweep gives it the rest', async () => {
  const world = await slow();
  for (const section of SECTIONS) await postStory(world, { section });
  const readers = await addReaders(world, 240, (index) => ({
    topics: CHOICES[index % CHOICES.length] ?? [],
  }));
  const { id } = await sendNow(world, 'morning');
  expect(await issue(world, id)).toMatchObject({ state: 'sending' });
  const requests = () => new Set(world.mails.map(({ key }) => key)).size;
  expect(requests()).toBeGreaterThan(WITHIN_REACH / 2);
  expect(requests()).toBeLessThanOrEqual(WITHIN_REACH);
  await world.sweep();
  expect(world.queue.waiting()).toBeGreaterThan(0);
  expect(world.queue.waiting()).toBeLessThanOrEqual(WITHIN_REACH);
  // If two batches want the same turn, one of them is put off to the next sweep.
  for (let minute = 0; minute < 3; minute++) {
    await world.queue.drain();
    world.pass(60_000);
    await world.sweep();
  }
  await world.queue.drain();
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: readers.length });
  expect(digestCounts(world)).toEqual(onceEach(readers));
});

it('a list that is read in several pages and shards is planned completely, and each reader once', async () => {
  const world = await setUp();
  await postStory(world);
  const readers = await addReaders(world, 150);
  const idle = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'plan' } });
  const { id, edition, slot } = await sendNow(idle, 'morning');
  const pageSize = 7;
  const waiting = world.queue.waiting();
  await planPart(world.services, { edition, slot }, 0, pageSize);
  // One message plans ten pages, which is less than a batch, and hands the rest over to the next message.
  expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 0 });
  expect(world.queue.waiting()).toBe(waiting + 1);
  await planPart(world.services, { edition, slot }, 0, pageSize);
  expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: MAX_RECIPIENTS });
  await planPart(world.services, { edition, slot }, 0, pageSize);
  await world.queue.drain();
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 150, sent: 150 });
  expect(digestCounts(world)).toEqual(onceEach(readers));
});

it('an issue that is planned in four parts goes to each reader once, and does not count as sent before all parts are planned', async () => {
  const world = await setUp();
  await postStory(world);
  const readers = await addReaders(world, 300);
  const idle = await setUp({ sharing: world, faults: { lose: () => true } });
  const { id, edition, slot } = await sendNow(idle, 'morning');
  await inParts(world, edition, slot, 4);
  const half = await setUp({
    sharing: world,
    faults: { lose: (message) => message.kind === 'plan' && message.part > 1 },
  });
  await half.sweep();
  await half.queue.drain();
  const { planned, ...underWay } = await issue(world, id);
  expect(underWay).toMatchObject({ state: 'sending', sent: planned, progress: { planning: true } });
  expect(planned).toBeGreaterThan(0);
  expect(planned).toBeLessThan(readers.length);
  await world.sweep();
  await world.queue.drain();
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 300, sent: 300 });
  expect(digestCounts(world)).toEqual(onceEach(readers));
});

it('an issue of an older version, which did not store the number of parts, is planned and does not count as sent before that', async () => {
  const world = await setUp();
  await postStory(world);
  const readers = await addReaders(world, 120);
  const idle = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'plan' } });
  const { id, edition, slot } = await sendNow(idle, 'morning');
  await world.table.client.send(
    new UpdateCommand({
      TableName: world.table.name,
      Key: issueKey(edition, slot),
      UpdateExpression: 'SET shardsPlanned = :none REMOVE parts, partsPlanned',
      ExpressionAttributeValues: { ':none': 0 },
    }),
  );
  await world.queue.send([{ kind: 'plan', edition, slot, shard: 0 } as unknown as Message]);
  await world.queue.drain();
  expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 0 });
  for (let minute = 0; minute < 2; minute++) {
    await world.sweep();
    await world.queue.drain();
  }
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 120, sent: 120 });
  expect(digestCounts(world)).toEqual(onceEach(readers));
});

/** Makes an issue look as if a version with this number of parts had started it. */
async function inParts({ table }: World, edition: string, slot: string, parts: number): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: issueKey(edition, slot),
      UpdateExpression: 'SET parts = :parts',
      ExpressionAttributeValues: { ':parts': parts },
    }),
  );
}

/** One request in five seconds makes 24 in two minutes, which is as many as the queue is given at once. */
const REQUESTS_PER_SECOND = 0.2;
const WITHIN_REACH = 24;

async function slow(): Promise<World> {
  const { publication } = testConfig();
  const world: World = await setUp({
    config: {
      publication: { ...publication, mail: { ...publication.mail, requestsPerSecond: REQUESTS_PER_SECOND } },
      resend: { apiKey: 'unused' },
    },
    wait: async (milliseconds) => world.pass(milliseconds),
  });
  return world;
}

/** Plans a whole part in pages, without the database: storing so many readers would take a test too long. */
function planned(members: Member[], pageSize: number, dueOf: (member: Member) => number | undefined) {
  const choices = Object.fromEntries(members.map((each) => [choiceKey(each), `variant-${choiceKey(each)}`]));
  const planning = { part: 3, frozen: { choices } as FrozenIssue, now: 0, dueOf };
  const rounds: ReturnType<typeof planPage>[] = [];
  let progress: PlanProgress = { batches: 0, open: [], done: false };
  while (!progress.done) {
    const { after } = progress;
    const rest = members.filter(({ subscriberId }) => after === undefined || subscriberId > after);
    const page = rest.slice(0, pageSize);
    const round = planPage({ members: page, isLast: page.length < pageSize }, progress, planning);
    rounds.push(round);
    progress = round.next;
  }
  return { rounds, batches: rounds.flatMap(({ batches }) => batches) };
}

function someMembers(count: number, choiceOf: (index: number) => Choice): Member[] {
  return Array.from({ length: count }, (_, index) => ({
    subscriberId: `reader-${String(index).padStart(9, '0')}`,
    ...choiceOf(index),
  }));
}

it.each([
  ['all made the same choice', 9_000, 1],
  ['made 240 different choices', 9_000, 240],
  ['made 3,000 different choices', 9_000, 3_000],
])(
  'a part whose readers %s has each reader in one batch, and its batches are as full as possible',
  (_, count, kinds) => {
    const members = someMembers(count, (index) => ({
      language: 'en',
      topics: [`t${(index * 7_919) % kinds}`],
    }));
    // Readers of every third choice are due later.
    const dueOf = ({ topics }: Member) => (Number(topics[0]?.slice(1)) % 3 === 0 ? 60_000 : undefined);
    const { rounds, batches } = planned(members, 4_000, dueOf);
    const inBatches = batches.flatMap(({ subscriberIds }) => subscriberIds);
    expect(inBatches.toSorted()).toEqual(members.map(({ subscriberId }) => subscriberId));
    expect(new Set(batches.map(({ id }) => id)).size).toBe(batches.length);
    for (const { subscriberIds, variant, notBefore } of batches) {
      expect(subscriberIds.length).toBeLessThanOrEqual(MAX_RECIPIENTS);
      const own = subscriberIds.map((id) => members[Number(id.slice('reader-'.length))] as Member);
      expect(new Set(own.map((each) => `variant-${choiceKey(each)}`))).toEqual(new Set([variant]));
      expect(new Set(own.map(dueOf))).toEqual(new Set([notBefore]));
    }
    // Each choice has one batch that is not full, unless there are so many choices that their batches cannot all be kept
    // open.
    if (kinds <= 240) expect(batches.length).toBeLessThanOrEqual(count / MAX_RECIPIENTS + kinds * 1.6);
    for (const { batches: written, next } of rounds) {
      expect(written.length * 2 + 2).toBeLessThanOrEqual(100);
      expect(Buffer.byteLength(JSON.stringify(next))).toBeLessThan(400_000);
    }
  },
);
