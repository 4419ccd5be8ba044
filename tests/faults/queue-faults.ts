import { expect, it } from 'vitest';
import type { QueueFaults } from '../../functions/adapters/one-machine/memory-queue.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { afterwards, FAULTS } from '../support/provider.ts';
import { counter } from './fault-table.ts';
import {
  atItsHour,
  expectOnce,
  forget,
  type Newspaper,
  newDay,
  recover,
  setEditions,
  verdict,
} from './newspaper.ts';
import { watchedProcess } from './watched-process.ts';

/** Faults of the queue and of the schedule of ticks. Both promise “at least once”, and promise no order. */

/** How much trouble a message gets, in turn. */
const turns = [0, 2, 1, 0, 3];
type Count = (trouble: number) => number;
type FaultyQueue = [fault: string, faultsOf: (count: Count) => QueueFaults];
export const QUEUES: FaultyQueue[] = [
  ['every message lost at first', (count) => ({ lose: atFirst(count) })],
  ['two messages of five lost', (count) => ({ lose: byTurns((turn) => count(turn > 1 ? 1 : 0) === 1) })],
  ['every message three times', (count) => ({ repeat: () => count(2) })],
  ['messages in reverse order', (count) => ({ shuffle: (messages) => reversed(messages, count) })],
  [
    'messages repeated and in reverse order',
    (count) => ({ repeat: byTurns(count), shuffle: (messages) => reversed(messages, count) }),
  ],
];

/**
 * Both runs, the short one and the exhaustive one, have these tests. `ofTests` returns the newspaper of the test file.
 */
export function queueTests(ofTests: () => Newspaper, queues: FaultyQueue[]): void {
  it.for(queues)(
    'every reader gets the issue once when the queue has %s',
    async ([fault, faultsOf], context) => {
      let injected = 0;
      const faults = faultsOf((trouble) => {
        injected += trouble;
        return trouble;
      });
      const paper = ofTests();
      const ref = await newDay(paper);
      const process = await watchedProcess(paper.home, { faults });
      await atItsHour(process);
      await recover(process);
      process.close();
      counter(context, `queue: ${fault}`)(injected, verdict(paper, ref));
      expect(injected).toBeGreaterThan(0);
      await expectOnce(paper, ref);
      forget(paper);
    },
  );

  it('one issue goes out when three ticks come at once and an editor sends the same slot', async (context) => {
    const paper = ofTests();
    const ref = await newDay(paper);
    const one = await watchedProcess(paper.home);
    const two = await watchedProcess(paper.home);
    one.pass(30_000);
    const [, , , answer] = await Promise.all([
      one.tick(),
      one.tick(),
      two.tick(),
      two.edit('POST', `/api/editions/${ref.edition}/issues`, { slot: ref.slot }),
    ]);
    expect(answer.status).toBe(202);
    await Promise.all([one.queue.drain(), two.queue.drain()]);
    await recover(one);
    for (const process of [one, two]) process.close();
    counter(context, 'ticks: three at once, and an editor')(3, verdict(paper, ref));
    await expectOnce(paper, ref);
    const days = (await paper.home.services.issues.list(ref.edition, 10)).map(({ slot }) => slot);
    expect(days.filter((slot) => slot === ref.slot)).toHaveLength(1);
    forget(paper);
  });

  it('every reader gets the issue once when four processes compose, plan and send it at the same time', async (context) => {
    const paper = ofTests();
    const ref = await newDay(paper);
    // The processes lose the messages that they hand over, so that each process finds all of the work in its sweep.
    let sweeps = true;
    const lose = () => !sweeps;
    const processes = await Promise.all(
      Array.from({ length: 4 }, () => watchedProcess(paper.home, { faults: { lose } })),
    );
    const [first] = processes;
    if (!first) throw new Error('there are no processes');
    first.pass(30_000);
    await first.tick();
    let messages = 0;
    while ((await first.services.issues.open()).length > 0) {
      sweeps = true;
      for (const process of processes) await process.sweep();
      messages += processes.reduce((sum, { queue }) => sum + queue.waiting(), 0);
      sweeps = false;
      await Promise.all(processes.map(({ queue }) => queue.drain()));
      first.pass(60_000);
    }
    for (const process of processes) process.close();
    counter(context, 'senders: four at once')(messages, verdict(paper, ref));
    await expectOnce(paper, ref);
    // Four processes want each batch, and one of them gets it.
    expect(paper.home.account.requests).toHaveLength(5);
    // Each phase is handed over four times.
    expect(messages).toBeGreaterThanOrEqual(4 * (1 + 1 + 5));
    forget(paper);
  });

  it.for([
    ['a process that is alone takes over at once the work of a killed process', true],
    ['a process that is not alone leaves the work to the killed process until the lease has run out', false],
  ] as const)('%s', async ([, isAlone]) => {
    const paper = ofTests();
    const ref = await newDay(paper);
    let wasKilled = false;
    const killed = await watchedProcess(paper.home, {
      isAlone,
      inject(_, kind) {
        if (kind !== 'request' || wasKilled) return undefined;
        wasKilled = true;
        return { what: 'die', when: 'before' };
      },
    });
    await atItsHour(killed);
    expect(killed.isDead()).toBe(true);
    const next = await watchedProcess(paper.home, { isAlone });
    await next.minute();
    expect((await next.services.issues.get(ref))?.state).toBe(isAlone ? 'sent' : 'sending');
    await recover(next);
    await expectOnce(paper, ref);
    for (const each of [killed, next]) each.close();
    forget(paper);
  });

  it('a process that was overtaken before it froze a batch sends what the other process froze, although readers left in the meantime', async (context) => {
    const paper = ofTests();
    const ref = await newDay(paper);
    const gate = Promise.withResolvers<void>();
    const isStalled = Promise.withResolvers<void>();
    const late = await watchedProcess(paper.home, {
      inject(name) {
        if (!/BATCH#\S+ \{SET addresses/.test(name)) return undefined;
        isStalled.resolve();
        return { what: 'stall', when: 'before', until: gate.promise };
      },
    });
    const hour = atItsHour(late);
    await isStalled.promise;
    const leaving = paper.readers.slice(0, 20);
    const staying = paper.readers.slice(20);
    for (const reader of leaving) await setEditions(paper.home, reader, []);
    // The other process freezes its batches without these readers. The provider takes its requests but the answers are
    // lost, so no batch has an outcome.
    const other = await watchedProcess(paper.home, {
      inject: (_, kind) =>
        kind === 'request' ? { what: 'meet', fault: afterwards(FAULTS.dropped) } : undefined,
    });
    other.pass(2 * 60_000);
    await other.minute();
    expect(paper.home.mails).toHaveLength(staying.length);
    gate.resolve();
    await hour;
    await recover(late);
    counter(context, 'senders: overtaken before the freeze')(1, verdict(paper, ref, staying));
    await expectOnce(paper, ref, staying);
    for (const reader of leaving) await setEditions(paper.home, reader, [ref.edition]);
    for (const each of [late, other]) each.close();
    forget(paper);
  });
}

/** Loses each message once. Only the sweep hands it over again. */
function atFirst(count: Count): (message: Message) => boolean {
  const seen = new Set<string>();
  return (message) => {
    const name = JSON.stringify(message);
    if (seen.has(name)) return false;
    seen.add(name);
    return count(1) === 1;
  };
}

function byTurns<T>(trouble: (turn: number) => T): () => T {
  let message = 0;
  return () => trouble(turns[message++ % turns.length] ?? 0);
}

function reversed<T>(messages: T[], count: Count): T[] {
  count(messages.length > 1 ? 1 : 0);
  return messages.toReversed();
}
