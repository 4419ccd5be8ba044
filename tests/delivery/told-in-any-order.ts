import fc from 'fast-check';
import { expect } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue } from '../support/newsroom.ts';
import { HARD, SECRET, SOFT, tell } from '../support/webhooks.ts';

const READERS = 3;
const KINDS: Record<string, object>[] = [
  { sent: {} },
  { delivered: {} },
  { opened: {} },
  { clicked: {} },
  { complained: {} },
  { bounced: HARD },
  { bounced: SOFT },
  { suppressed: { suppressed: { type: 'x', message: 'on the list' } } },
  { failed: { failed: { reason: 'x' } } },
];

type Event = { reader: number; kind: number; minutesAgo: number; number: number };
const events = fc
  .array(
    fc.record({
      reader: fc.nat(READERS - 1),
      kind: fc.nat(KINDS.length - 1),
      minutesAgo: fc.nat(600),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((list): Event[] => list.map((event, number) => ({ ...event, number })));
/** The same events in another order, some of them several times. */
const retold = events.chain((list) =>
  fc.array(fc.constantFrom(...list), { maxLength: 10 }).chain((repeated) =>
    fc.record({
      list: fc.constant(list),
      shuffled: fc.shuffledSubarray([...list, ...repeated], { minLength: list.length + repeated.length }),
    }),
  ),
);

async function putReader(world: World, id: string, email: string): Promise<void> {
  const at = new Date(world.now() - 24 * 3600_000).toISOString();
  const choices = { language: 'en', editions: [], topics: [] };
  const consent = { at, source: 'import' as const };
  const reader = { id, version: 1, email, ...choices, confirmedAt: at, updatedAt: at, consent };
  const line = { at, what: 'imported' as const, editions: [] };
  expect(await world.services.subscribers.write(undefined, reader, line)).toBe(true);
}

/** Reports these events about a new issue. Returns its counters and the suppressions that they cause. */
async function after(world: World, run: string, list: Event[]) {
  const answer = await world.edit('POST', '/api/editions/daily/issues', { slot: run });
  const { id } = (await answer.json()) as { id: string };
  const address = (reader: number) => `reader-${reader}@${run}.example`;
  for (let reader = 0; reader < READERS; reader++)
    await putReader(world, `${run}-${reader}`, address(reader));
  for (const { reader, kind, minutesAgo, number } of list) {
    const [[type, data]] = Object.entries(KINDS[kind] ?? {}) as [[string, object]];
    const at = new Date(world.now() - minutesAgo * 60_000).toISOString();
    const tags = { edition: 'daily', slot: run, batch: '0-0', subscriber: `${run}-${reader}` };
    const body = { email_id: `${reader}`, created_at: at, to: [address(reader)], tags, ...data };
    await tell(world, { type: `email.${type}`, created_at: at, data: body }, { id: `msg_${run}_${number}` });
  }
  const {
    state: _,
    id: __,
    slot: ___,
    url: ____,
    self: _____,
    ...view
  } = (await issue(world, id)) as Awaited<ReturnType<typeof issue>> & { self: string };
  const hashes = Array.from({ length: READERS }, (_, reader) => addressHash(address(reader)));
  const suppressions = await world.services.subscribers.suppressions(hashes);
  return { view, suppressions: hashes.map((hash) => suppressions.get(hash)) };
}

/**
 * Makes random lists of events, as many as `numRuns`. Reports each list for two issues: as it is, and in another order
 * with repetitions. Both issues must have the same counters and suppressions.
 */
export async function tellInAnyOrder(numRuns: number): Promise<void> {
  const world = await setUp({ config: { resendWebhookSecret: SECRET } });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(retold, async ({ list, shuffled }) => {
      runs += 1;
      const once = await after(world, `once-${runs}`, list);
      expect(await after(world, `again-${runs}`, shuffled)).toEqual(once);
      // Each counter must also have the number of readers who had such an event.
      const readersOf = (...kinds: number[]) =>
        new Set(list.filter(({ kind }) => kinds.includes(kind)).map(({ reader }) => reader)).size;
      expect(once.view).toMatchObject({
        delivered: readersOf(1),
        opened: readersOf(2),
        clicked: readersOf(3),
        complained: readersOf(4),
        bounced: readersOf(5),
        softBounced: readersOf(6),
        refused: readersOf(7, 8),
      });
      expect(once.suppressions.filter(Boolean)).toHaveLength(readersOf(4, 5, 7));
    }),
    { numRuns },
  );
}
