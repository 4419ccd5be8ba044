import fc from 'fast-check';
import type { IssueRef } from '../../functions/newsletter/issue-store.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { type Newspaper, newDay, type Reader, recover, setEditions } from './newspaper.ts';
import { type Inject, type Injection, type WatchedProcess, watchedProcess } from './watched-process.ts';

/** Faults that come together: a walk through an issue, minute by minute. */
export type Walk = {
  /** Two are at work at a time; one that has died is followed by the next. */
  processes: Faulty[];
  minutes: Minute[];
};

type Faulty = {
  /** Of the steps it takes, reads among them; counted from 0. */
  steps: { at: number; what: 'die' | 'fail' | 'repeat' | 'stall'; when: 'before' | 'after' }[];
  /** What its requests meet, and how often each of its messages is delivered: by turns. */
  answers: (keyof typeof ANSWERS)[];
  deliveries: number[];
  isReversed: boolean;
};
/** `leaving`: places of readers who leave in it. */
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

/** About as many as an issue takes: a fault behind the last step is none. */
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

/** Goes through an issue of a new day, and has a process without faults end it. */
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
  /** Ends when all there was to do is done, or the process stands still. */
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

/** The last process, and an editor who looks at an issue that was stopped. */
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
    // Asked first of each message; those that are not lost are then repeated.
    lose() {
      times = deliveries[message++ % deliveries.length] ?? 1;
      if (times !== 1) onFault();
      return times === 0;
    },
    repeat: () => times - 1,
    ...(isReversed && { shuffle: (messages: Message[]) => messages.toReversed() }),
  };
}
