import { expect, it } from 'vitest';
import { putItem } from '../../functions/adapters/dynamo/dynamo-client.ts';
import { issueKey, OPEN_ISSUES, outboxKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import { queryItems } from '../../functions/adapters/dynamo/dynamo-requests.ts';
import { isoTime } from '../../functions/shared/clock.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { handleCompose } from '../../functions/work/handle-compose.ts';
import { handleRecords, handleWork } from '../../functions/work/handle-work.ts';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory, sendNow, withReaders } from '../support/newsroom.ts';

/** A newer version has left messages, events and states behind, and somebody went back to this version. */

const HOUR = 3600_000;
const READY = { edition: 'daily', slot: 'extra-1' };

/** Delivers the bodies of messages as SQS does, and returns the indexes of those that it will deliver again. */
async function deliver(world: World, queue: 'work' | 'compose', ...bodies: unknown[]): Promise<number[]> {
  const records = bodies.map((body, index) => ({
    messageId: String(index),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }));
  const handle = (message: Message) =>
    queue === 'work' ? handleWork(world.services, message) : handleCompose(world.services, message);
  const event = { Records: records } as unknown as Parameters<typeof handleRecords>[0];
  const { batchItemFailures } = await handleRecords(event, handle, world.log);
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

const warnings = (world: World) =>
  world.log.lines
    .filter(({ level }) => level === 'warn')
    .map(({ message, fields }) => `${message} ${fields?.error ?? ''}`);

const eventsOf = async (world: World) =>
  (await queryItems(world.table, { pk: 'OUTBOX' })).map(({ event }) => (event as { kind: string }).kind);

it.each([['work'], ['compose']] as const)(
  'a message of an unknown kind goes back to the queue %s, and a line of the log names the kind',
  async (queue) => {
    const world = await setUp();
    const known = queue === 'work' ? { kind: 'stop' } : { kind: 'letter', outboxId: 'gone' };
    expect(await deliver(world, queue, { kind: 'translate', id: 'a' }, known)).toEqual([0]);
    expect(warnings(world)).toEqual([
      expect.stringMatching(/the queue will deliver it again .*does not know the message "translate"/),
    ]);
  },
);

it.each([
  ['null', 'does not know the message "undefined"'],
  ['{"kind":"constructor"}', 'does not know the message "constructor"'],
  ['{"kind":"send","edition":"daily"}', 'a message of the kind send has no slot and no batch'],
  ['{"kind":"outbox","eventId":"a"}', 'a message of the kind outbox has no id'],
  ['no JSON', 'JSON'],
])('a message in a form that is not known goes back to the queue: %s', async (body, reason) => {
  const world = await setUp();
  expect(await deliver(world, 'work', body)).toEqual([0]);
  expect(warnings(world)).toEqual([expect.stringContaining(reason)]);
});

it('a message that came to the wrong queue goes back to it', async () => {
  const world = await setUp();
  expect(
    await deliver(world, 'work', { kind: 'compose', ...READY }, { kind: 'letter', outboxId: 'a' }),
  ).toEqual([0, 1]);
  expect(await deliver(world, 'compose', { kind: 'plan', ...READY, part: 0 }, { kind: 'stop' })).toEqual([
    0, 1,
  ]);
  expect(warnings(world).join()).toContain(
    'a plan message came to the compose queue; it belongs to another queue',
  );
});

it('on one machine a message of an unknown kind is tried again and then named as dropped', async () => {
  const world = await setUp();
  await world.queue.send([{ kind: 'translate' } as unknown as Message]);
  for (let attempt = 0; attempt < 6; attempt++) {
    await world.queue.drain();
    world.pass(2_000);
  }
  expect(warnings(world)).toHaveLength(6);
  expect(world.queue.waiting()).toBe(0);
  expect(world.log.lines.at(-1)).toMatchObject({
    level: 'warn',
    fields: { message: { kind: 'translate' } },
  });
});

/** Writes an event as a newer version would have written it two days ago. */
async function leaveEvent(world: World, name = 'a', event: object = { kind: 'translated', id: 'x' }) {
  const id = `${isoTime(world.now() - 48 * HOUR)}#${name}`;
  await putItem(world.table, { ...outboxKey(id), event });
  return id;
}

it('an event of an unknown kind stays in the outbox, whichever message names it and however old it is', async () => {
  const world = await setUp();
  const id = await leaveEvent(world);
  expect(await deliver(world, 'work', { kind: 'outbox', id })).toEqual([0]);
  expect(await deliver(world, 'compose', { kind: 'letter', outboxId: id })).toEqual([0]);
  expect(warnings(world)).toEqual(
    Array(2).fill(expect.stringContaining('does not know the event "translated"')),
  );
  expect(await eventsOf(world)).toEqual(['translated']);
});

it('an event that belongs to the other queue stays in the outbox', async () => {
  const world = await setUp();
  const article = { kind: 'article-changed', articleId: 'a', version: 1, retracted: false };
  const id = await leaveEvent(world, 'a', article);
  const link = await leaveEvent(world, 'b', {
    kind: 'link-asked',
    id: 'l',
    subscriberId: 's',
    language: 'en',
  });
  expect(await deliver(world, 'compose', { kind: 'letter', outboxId: id })).toEqual([0]);
  expect(await deliver(world, 'work', { kind: 'outbox', id: link })).toEqual([0]);
  expect(await eventsOf(world)).toEqual(['article-changed', 'link-asked']);
});

it('the sweep finds lost work behind any number of events of an unknown kind, and names the kind once', async () => {
  let areLost = true;
  const world = await setUp({ faults: { lose: ({ kind }) => kind === 'outbox' && areLost } });
  await Promise.all(Array.from({ length: 501 }, (_, index) => leaveEvent(world, `e${index}`)));
  await postStory(world);
  world.pass(60_000);
  areLost = false;
  await world.sweep();
  await world.queue.drain();
  expect(new Set(await eventsOf(world))).toEqual(new Set(['translated']));
  expect(await eventsOf(world)).toHaveLength(501);
  expect(world.log.lines.filter(({ level }) => level === 'warn')).toEqual([
    {
      level: 'warn',
      message: expect.stringContaining('events stay in the outbox'),
      fields: { events: 501, kinds: ['translated'] },
    },
  ]);
});

/** Puts an issue into a state, which only a newer version may know, and among the open issues. */
async function putInState(world: World, slot: string, state: string): Promise<void> {
  const [item] = await queryItems(world.table, { pk: issueKey('daily', slot).pk, sk: { prefix: '-' } });
  await putItem(world.table, { ...item, state });
  await putItem(world.table, { pk: OPEN_ISSUES, sk: `daily#${slot}` });
}

it('work for an issue in an unknown state goes back to the queue, and goes on when the state is known again', async () => {
  const world = await withReaders({ faults: { lose: ({ kind }) => kind === 'plan' } });
  const { slot, id } = await sendNow(world, 'today');
  await putInState(world, slot, 'resting');
  const ref = { edition: 'daily', slot };
  const work = [
    { kind: 'plan', ...ref, part: 0 },
    { kind: 'send', ...ref, batch: '0-0-0' },
  ];
  expect(await deliver(world, 'work', ...work)).toEqual([0, 1]);
  expect(await deliver(world, 'compose', { kind: 'compose', ...ref })).toEqual([0]);
  expect(warnings(world)[0]).toContain(`does not know the state of the issue ${id} "resting"`);
  await world.sweep();
  expect(world.log.lines.at(-1)).toMatchObject({ level: 'error', fields: { issue: id } });

  await putInState(world, slot, 'sending');
  expect(await deliver(world, 'work', ...work.slice(0, 1))).toEqual([]);
  await world.queue.drain();
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 2 });
});

it('the draft of an issue in an unknown state is still mailed when the state is known again', async () => {
  const review = { editors: ['desk@paper.example'], minutesBefore: 30, otherwise: 'hold' as const };
  let isLost = true;
  const world = await setUp({
    config: withEditions({ review }),
    faults: { lose: ({ kind }) => kind === 'letter' && isLost },
  });
  await world.tick();
  await postStory(world);
  await world.tick();
  await world.queue.drain();
  const [open] = await world.services.issues.open();
  const slot = open?.slot ?? '';
  isLost = false;
  await putInState(world, slot, 'resting');
  world.pass(60_000);
  await world.sweep();
  await world.queue.drain();
  expect(await eventsOf(world)).toContain('draft-composed');
  await putInState(world, slot, 'draft');
  await world.sweep();
  await world.queue.drain();
  expect(world.mails.map(({ to }) => to)).toEqual(['desk@paper.example']);
});
