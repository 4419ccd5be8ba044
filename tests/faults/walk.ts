import fc from 'fast-check';
import type { IssueRef } from '../../functions/newsletter/issue-store.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { type Newspaper, newDay, type Reader, recover, setEditions } from './newspaper.ts';
import { type Inject, type Injection, type WatchedProcess, watchedProcess } from './watched-process.ts';

/** A run of an issue in which faults come together, minute by minute. */
export type Walk = {
  /** Two of the processes work at a time. When one has died, the next process starts. */
  processes: Faulty[];
  minutes: Minute[];
};

type Faulty = {
  /** The steps at which the process has a fault. `at` counts all of its steps, also reads, from 0. */
  steps: { at: number; what: 'die' | 'fail' | 'repeat' | 'stall'; when: 'before' | 'after' }[];
  /** What its requests meet, in turn. `deliveries` says in turn how often each of its messages is delivered. */
  answers: (keyof typeof ANSWERS)[];
  deliveries: number[];
  isReversed: boolean;
};
/** `leaving` has the places of the readers who leave in this minute. */
type Minute = { seconds: number; leaving: number[] };

const ANSWERS = {
  plain: undefined,
  dropped: FAULTS.dropped,
  lost: afterwards(FAULTS.dropped),
  error: FAULTS.serverError,
  lateError: afterwards(FAULTS.serverError),
  throttled: throttledFor(40),
  page: afterwards(FAULTS.htmlPage),
  hanging: FAULTS.hanging,
  hangingTaken: afterwards(FAULTS.hanging),
  revoked: FAULTS.revoked,
} satisfies Record<string, Fault | undefined>;

/** About as many steps as an issue takes. A fault at a later step would never happen. */
const STEPS = 240;
const AT_WORK = 2;

const answers = fc.oneof(
  { weight: 6, arbitrary: fc.constant('plain' as const) },
  { weight: 6, arbitrary: fc.constantFrom('dropped', 'lost', 'error', 'lateError', 'throttled', 'page') },
  { weight: 1, arbitrary: fc.constantFrom('hanging', 'hangingTaken', 'revoked') },
);

export const walks: fc.Arbitrary<Walk> = fc.record({
  processes: fc.array(
    fc.record({
      steps: fc.array(
        fc.record({
          at: fc.nat(STEPS),
          what: fc.constantFrom('die', 'fail', 'repeat', 'stall'),
          when: fc.constantFrom('before', 'after'),
        }),
        { maxLength: 6 },
      ),
      answers: fc.array(answers, { minLength: 1, maxLength: 12 }),
      deliveries: fc.array(fc.constantFrom(0, 1, 1, 1, 2, 3), { minLength: 1, maxLength: 12 }),
      isReversed: fc.boolean(),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  minutes: fc.array(
    fc.record({
      seconds: fc.integer({ min: 60, max: 240 }),
      leaving: fc.array(fc.nat(59), { maxLength: 2 }),
    }),
    { minLength: 3, maxLength: 8 },
  ),
});

type AtWork = { process: WatchedProcess; minute: Promise<void> | undefined; onStall: () => void };
export type Walked = { ref: IssueRef; left: Reader[]; faults: number };

/** Runs the issue of a new day with these faults. Then a process without faults ends it. */
export async function take(paper: Newspaper, { processes, minutes }: Walk): Promise<Walked> {
  const { home } = paper;
  const ref = await newDay(paper);
  const waiting = [...processes];
  const all: AtWork[] = [];
  const left = new Set<Reader>();
  let faults = 0;
  let gate = Promise.withResolvers<void>();

  const start = async (faulty: Faulty): Promise<void> => {
    const inject = injecting(faulty, () => gate.promise);
    const process = await watchedProcess(home, {
      inject(name, kind) {
        const injection = inject(name, kind);
        if (injection) faults += 1;
        if (injection?.what === 'stall') at.onStall();
        return injection;
      },
      faults: queueOf(faulty, () => {
        faults += 1;
      }),
      mailTimeoutMilliseconds: 300,
    });
    const at: AtWork = { process, minute: undefined, onStall: () => {} };
    all.push(at);
  };
  /** Resolves when the process has done all that there is to do in a minute, or stalls. */
  const minuteOf = (at: AtWork): Promise<void> =>
    new Promise((resolve) => {
      at.onStall = resolve;
      at.minute ??= at.process.minute().finally(() => {
        at.minute = undefined;
      });
      at.minute.then(resolve);
    });

  home.pass(30_000);
  for (const { seconds, leaving } of minutes) {
    const alive = () => all.filter(({ process }) => !process.isDead());
    for (let next = waiting[0]; next && alive().length < AT_WORK; [next] = waiting) {
      await start(next);
      waiting.shift();
    }
    await Promise.all(alive().map(minuteOf));
    for (const reader of leaving.flatMap((place) => paper.readers[place] ?? [])) {
      if (!left.has(reader)) await setEditions(home, reader, []);
      left.add(reader);
    }
    home.pass(seconds * 1000);
    gate.resolve();
    gate = Promise.withResolvers();
  }
  gate.resolve();
  await Promise.all(all.map(({ minute }) => minute));
  await endWith(paper, ref);
  for (const { process } of all) process.close();
  for (const reader of left) await setEditions(home, reader, ['daily']);
  return { ref, left: [...left], faults };
}

/** Ends an issue with a process that has no faults. An editor resumes the issue if it was stopped. */
async function endWith({ home }: Newspaper, ref: IssueRef): Promise<void> {
  const last = await watchedProcess(home);
  await recover(last);
  const issue = await home.services.issues.get(ref);
  if (issue?.state === 'stopped') {
    await last.edit('POST', `/api/issues/${ref.edition}.${ref.slot}/resume`);
    await recover(last);
  }
  last.close();
}

function injecting({ steps, answers }: Faulty, untilNextMinute: () => Promise<void>): Inject {
  let [step, request] = [0, 0];
  return (_, kind): Injection | undefined => {
    const at = step++;
    const fault = steps.find((each) => each.at === at);
    if (fault) {
      const { what, when } = fault;
      return what === 'stall' ? { what, when, until: untilNextMinute() } : { what, when };
    }
    if (kind !== 'request') return undefined;
    const answer = ANSWERS[answers[request++ % answers.length] ?? 'plain'];
    return answer && { what: 'meet', fault: answer };
  };
}

function queueOf({ deliveries, isReversed }: Faulty, onFault: () => void) {
  let message = 0;
  let times = 1;
  return {
    // The queue asks this first for each message. Then it repeats the messages that are not lost.
    lose() {
      times = deliveries[message++ % deliveries.length] ?? 1;
      if (times !== 1) onFault();
      return times === 0;
    },
    repeat: () => times - 1,
    ...(isReversed && { shuffle: (messages: Message[]) => messages.toReversed() }),
  };
}
