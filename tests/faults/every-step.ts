import { expect, type TestContext } from 'vitest';
import { counter } from './fault-table.ts';
import { atItsHour, expectOnce, forget, type Newspaper, newDay, recover, verdict } from './newspaper.ts';
import { type Inject, type Injection, type Kind, type When, watchedProcess } from './watched-process.ts';

/**
 * Workers of one process race each other, so a run may take other steps. After this many runs without the step, the
 * step counts as not tried.
 */
const ATTEMPTS = 3;

/** A step is given by its name, or by a pattern, which means the first step whose name fits. */
export type Step = string | RegExp;

/** Runs an issue without a fault. Returns the names of the steps that had an effect. */
export async function stepsOf(paper: Newspaper): Promise<string[]> {
  const ref = await newDay(paper);
  const process = await watchedProcess(paper.home);
  await atItsHour(process);
  await recover(process);
  process.close();
  await expectOnce(paper, ref);
  forget(paper);
  return process.steps.filter(isCertain);
}

/**
 * Returns false for a step that only chance decides. Chance decides how often a worker asks for a turn and finds that
 * another worker was faster.
 */
export function isCertain(step: string): boolean {
  return !/^Update PACE.*\(\d+\)$/.test(step);
}

/**
 * The ways to break a step. Either the process dies or only the step fails, before the effect of the step or after it.
 */
export const BREAKS: [string, Injection & { when: When }][] = [
  ['killed before', { what: 'die', when: 'before' }],
  ['killed after', { what: 'die', when: 'after' }],
  ['failed before', { what: 'fail', when: 'before' }],
  ['failed after', { what: 'fail', when: 'after' }],
];

/** Breaks a step the first time it is met. From then on the step works as it should. */
export function brokenOnce(step: Step, nameOf = (name: string) => name) {
  let met: Kind | undefined;
  const by =
    (injection: Injection): Inject =>
    (name, kind) => {
      if (met || kind === 'read' || !isNamed(step, nameOf(name))) return undefined;
      met = kind;
      return injection;
    };
  return { by, met: () => met };
}

function isNamed(step: Step, name: string): boolean {
  return typeof step === 'string' ? name === step : step.test(name);
}

/** A trial says what is done to a step, and runs the issue to its end. */
export type Trial = {
  fault: string;
  run(paper: Newspaper, injected: (injection: Injection) => Inject): Promise<void>;
};

/** Sends an issue for each step, with that step broken, and expects that every reader gets each issue once. */
export async function tryEvery(
  paper: Newspaper,
  steps: Step[],
  trial: Trial,
  context: Pick<TestContext, 'task'>,
): Promise<void> {
  const counts = new Map<Kind, ReturnType<typeof counter>>();
  const failures: string[] = [];
  for (const step of steps) {
    const broken = brokenOnce(step);
    for (let attempt = 1; attempt <= ATTEMPTS && !broken.met(); attempt++) {
      const ref = await newDay(paper);
      try {
        await trial.run(paper, broken.by);
        await expectOnce(paper, ref);
      } catch (error) {
        failures.push(`${trial.fault} ${step}: ${error}`);
      }
      const kind = broken.met();
      if (kind) {
        const count = counts.get(kind) ?? counter(context, `${trial.fault} ${NOUNS[kind]}`);
        counts.set(kind, count);
        count(1, verdict(paper, ref));
      }
      forget(paper);
    }
    if (!broken.met()) failures.push(`${trial.fault} ${step}: it was not met in ${ATTEMPTS} runs`);
  }
  expect(failures).toEqual([]);
}

/** The process dies at the step. Another process takes over, which has nothing but the table and the time. */
export const killed = (when: When): Trial => ({
  fault: `killed ${when}`,
  async run({ home }, injected) {
    const process = await watchedProcess(home, { inject: injected({ what: 'die', when }) });
    await atItsHour(process);
    const survivor = process.isDead() ? await watchedProcess(home) : process;
    await recover(survivor);
    for (const each of [process, survivor]) each.close();
  },
});

/** Only the step fails, and the same process tries the step again. */
export const failed = (when: When): Trial => ({
  fault: `failed ${when}`,
  run: (paper, injected) => goOn(paper, injected({ what: 'fail', when })),
});

/** The reply to a write is lost, and the SDK sends the same write again. */
export const replyLost: Trial = {
  fault: 'reply lost, and repeated by the SDK,',
  run: (paper, injected) => goOn(paper, injected({ what: 'repeat', when: 'after' })),
};

async function goOn({ home }: Newspaper, inject: Inject): Promise<void> {
  const process = await watchedProcess(home, { inject });
  await atItsHour(process);
  await recover(process);
  process.close();
}

/**
 * This time is longer than a lease. It is also longer than the time for which the provider holds a key whose request is
 * not finished.
 */
const STALLED_MINUTES = 5;

/**
 * The process stops at the step until its lease has run out long ago and another process has done what it could. Then
 * the first process goes on as if nothing had happened.
 */
export const stalled = (when: When): Trial => ({
  fault: `stalled ${when}`,
  async run({ home }, injected) {
    const gate = Promise.withResolvers<void>();
    const isStalled = Promise.withResolvers<void>();
    const inject = injected({ what: 'stall', when, until: gate.promise });
    const process = await watchedProcess(home, {
      inject(name, kind) {
        const injection = inject(name, kind);
        if (injection) isStalled.resolve();
        return injection;
      },
    });
    const hour = atItsHour(process);
    await Promise.race([isStalled.promise, hour]);
    const other = await watchedProcess(home);
    for (let minute = 0; minute < STALLED_MINUTES; minute++) {
      other.pass(60_000);
      await other.minute();
    }
    gate.resolve();
    await hour;
    await recover(other);
    for (const each of [process, other]) each.close();
  },
});

const NOUNS = {
  read: 'a read',
  write: 'a DynamoDB write',
  request: 'a request to the provider',
  'hand-over': 'a hand-over to the queue',
};

/** Returns true for a write to DynamoDB. */
export function isWrite(step: string): boolean {
  return !/^(?:request|hand over) /.test(step);
}
