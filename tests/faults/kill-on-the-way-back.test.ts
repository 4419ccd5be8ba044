import { beforeAll, expect, it } from 'vitest';
import { useDatabase } from '../support/installation.ts';
import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { isCertain, stepsOf, type Trial, tryEvery } from './every-step.ts';
import { atItsHour, forget, type Newspaper, newDay, newspaper } from './newspaper.ts';
import { type Inject, type WatchedProcess, type When, watchedProcess } from './watched-process.ts';

/**
 * What an issue does only after the provider has failed it once: waiting, freezing anew, stopping, being resumed. At each
 * step of that the process is killed as well.
 */

useDatabase();

let paper: Newspaper;
let usual: string[];
beforeAll(async () => {
  paper = await newspaper(60);
  usual = await stepsOf(paper);
});

/** The first request of the first batch meets it, and no other: which is asked first of several at once is chance. */
function meetingFirst(fault: Fault): Inject {
  const [first] = usual.filter((step) => step.startsWith('request issue/')).sort();
  return (name) => (name === first ? { what: 'meet', fault } : undefined);
}

/** The steps that an issue without it does not take. What another run does not take again is chance, and left out. */
async function stepsAfter(fault: Fault): Promise<string[]> {
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    await newDay(paper);
    const process = await watchedProcess(paper.home, { inject: meetingFirst(fault) });
    await atItsHour(process);
    await goOn(process);
    process.close();
    forget(paper);
    runs.push(process.steps);
  }
  const [steps = [], again = []] = runs;
  return steps.filter((step) => again.includes(step) && !usual.includes(step) && isCertain(step));
}

/** Minutes, until the issue has ended or the process has; an editor resumes what was stopped. */
async function goOn(process: WatchedProcess): Promise<void> {
  for (let minute = 0; minute < 60 && !process.isDead(); minute++) {
    process.pass(60_000);
    await process.minute();
    const [issue] = await paper.home.services.issues.list('daily', 1);
    if (issue?.state === 'sent') return;
    if (issue?.state === 'stopped')
      await process.edit('POST', `/api/issues/daily.${issue.slot}/resume`).catch(() => undefined);
  }
}

const killedAfter = (fault: Fault, what: string, when: When): Trial => ({
  fault: `after ${what}, killed ${when}`,
  async run({ home }, injected) {
    const dies = injected({ what: 'die', when });
    const meets = meetingFirst(fault);
    const process = await watchedProcess(home, {
      inject: (name, kind) => dies(name, kind) ?? meets(name, kind),
    });
    await atItsHour(process);
    await goOn(process);
    const survivor = await watchedProcess(home);
    if (process.isDead()) await goOn(survivor);
    for (const each of [process, survivor]) each.close();
  },
});

it.for<[string, Fault, RegExp]>([
  ['a 429', throttledFor(90), /REMOVE .*payloadHash/],
  ['a lost reply', afterwards(FAULTS.dropped), /PENDING#/],
  ['an exhausted quota', FAULTS.overQuota, /REMOVE reason/],
])(
  'on the way back from %s, killed at any step: every reader gets the issue once',
  {
    timeout: 300_000,
  },
  async ([what, fault, known], context) => {
    const steps = await stepsAfter(fault);
    expect(steps.filter((step) => known.test(step))).not.toEqual([]);
    for (const when of ['before', 'after'] as const)
      await tryEvery(paper, steps, killedAfter(fault, what, when), context);
  },
);
