import { expect, type TestContext } from 'vitest';
import { counter } from './fault-table.ts';
import { atItsHour, expectOnce, forget, type Newspaper, newDay, recover, verdict } from './newspaper.ts';
import { type Inject, type Injection, type Kind, type When, watchedProcess } from './watched-process.ts';

/** How often a step may be missing in a run, since others were faster, before it counts as not tried. */
const ATTEMPTS = 3;

/** What a run without a fault does: every step that has an effect, by name. */
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

/** How often workers ask for a turn, and find that another was faster, is chance: the first of a kind stands for them. */
export function isCertain(step: string): boolean {
  return !/^Update PACE.*\(\d+\)$/.test(step);
}

/** The process dies at the step, or the step fails by itself; before its effect or after it. */
export const BREAKS: [string, Injection][] = [
  ['killed before', { what: 'die', when: 'before' }],
  ['killed after', { what: 'die', when: 'after' }],
  ['failed before', { what: 'fail', when: 'before' }],
  ['failed after', { what: 'fail', when: 'after' }],
];

/** A step that is broken the first time it is met, and as it should be from then on. */
export function brokenOnce(step: string, nameOf = (name: string) => name) {
  let wasMet = false;
  const by =
    (injection: Injection): Inject =>
    (name) => {
      if (nameOf(name) !== step || wasMet) return undefined;
      wasMet = true;
      return injection;
    };
  return { by, wasMet: () => wasMet };
}

/** What is done to a step, and what happens afterwards until the issue has ended. */
export type Trial = {
  fault: string;
  kinds?: Kind[];
  run(paper: Newspaper, injected: (injection: Injection) => Inject): Promise<void>;
};

/** An issue for each step, with that step broken. */
export async function tryEvery(
  paper: Newspaper,
  steps: string[],
  trial: Trial,
  context: Pick<TestContext, 'task'>,
): Promise<void> {
  const counts = new Map<Kind, ReturnType<typeof counter>>();
  const failures: string[] = [];
  for (const step of steps) {
    const kind = kindOf(step);
    if (trial.kinds && !trial.kinds.includes(kind)) continue;
    const count = counts.get(kind) ?? counter(context, `${trial.fault} ${NOUNS[kind]}`);
    counts.set(kind, count);
    const broken = brokenOnce(step);
    for (let attempt = 1; attempt <= ATTEMPTS && !broken.wasMet(); attempt++) {
      const ref = await newDay(paper);
      try {
        await trial.run(paper, broken.by);
        await expectOnce(paper, ref);
      } catch (error) {
        failures.push(`${trial.fault} ${step}: ${error}`);
      }
      if (broken.wasMet()) count(1, verdict(paper, ref));
      forget(paper);
    }
    if (!broken.wasMet()) failures.push(`${trial.fault} ${step}: it was not met in ${ATTEMPTS} runs`);
  }
  expect(failures).toEqual([]);
}

/** The process dies at the step, and another one, with nothing but the table and the time, takes over. */
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

/** The step fails by itself, and the process makes it good. */
export const failed = (when: When): Trial => ({
  fault: `failed ${when}`,
  run: (paper, injected) => goOn(paper, injected({ what: 'fail', when })),
});

export const replyLost: Trial = {
  fault: 'reply lost, and repeated by the SDK,',
  kinds: ['write'],
  run: (paper, injected) => goOn(paper, injected({ what: 'repeat', when: 'after' })),
};

async function goOn({ home }: Newspaper, inject: Inject): Promise<void> {
  const process = await watchedProcess(home, { inject });
  await atItsHour(process);
  await recover(process);
  process.close();
}

/** Longer than a lease, and than what follows a request whose key is under way. */
const STALLED_MINUTES = 5;

/**
 * The process stands still at the step until its lease is long gone and another has done what it could; then it goes on
 * as if nothing had been.
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

function kindOf(step: string): Kind {
  if (step.startsWith('request ')) return 'request';
  return step.startsWith('hand over ') ? 'hand-over' : 'write';
}
