import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { isCertain, type Trial } from './every-step.ts';
import { atItsHour, forget, type Newspaper, newDay } from './newspaper.ts';
import { type Inject, type WatchedProcess, type When, watchedProcess } from './watched-process.ts';

/**
 * An issue does some steps only after the provider has failed once: it waits, freezes a batch again, stops, and is
 * resumed. These steps are the way back. The process is killed at one of them.
 */
export type WayBack = {
  /** What the provider does once, in words for the name of a test. */
  what: string;
  fault: Fault;
  /** Matches a step that an issue takes only on the way back. */
  known: RegExp;
};

export const WAYS_BACK = {
  throttled: { what: 'a 429', fault: throttledFor(90), known: /REMOVE .*payloadHash/ },
  lostReply: {
    what: 'a lost reply',
    fault: afterwards(FAULTS.dropped),
    known: /PENDING#0-0-0 \{SET nextAt.* \(2\)$/,
  },
  overQuota: { what: 'an exhausted quota', fault: FAULTS.overQuota, known: /REMOVE reason/ },
} satisfies Record<string, WayBack>;

/**
 * Makes only the first request of the first batch meet the fault. Chance decides which batch is the first to be
 * requested.
 */
function meetingFirst(fault: Fault): Inject {
  return (name) => (/^request issue\/\S+\/0-0-0\/\S+$/.test(name) ? { what: 'meet', fault } : undefined);
}

/** Returns the steps that an issue takes only with the fault. Leaves out the steps that only chance decides. */
export async function stepsAfter(paper: Newspaper, fault: Fault, usual: string[]): Promise<string[]> {
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    await newDay(paper);
    const process = await watchedProcess(paper.home, { inject: meetingFirst(fault) });
    await atItsHour(process);
    await goOn(paper, process);
    process.close();
    forget(paper);
    runs.push(process.steps);
  }
  const [steps = [], again = []] = runs;
  return steps.filter((step) => again.includes(step) && !usual.includes(step) && isCertain(step));
}

/** Lets minutes pass until the issue is sent or the process has died. An editor resumes an issue that has stopped. */
async function goOn({ home }: Newspaper, process: WatchedProcess): Promise<void> {
  for (let minute = 0; minute < 60 && !process.isDead(); minute++) {
    process.pass(60_000);
    await process.minute();
    const [issue] = await home.services.issues.list('daily', 1);
    if (issue?.state === 'sent') return;
    if (issue?.state === 'stopped')
      await process.edit('POST', `/api/issues/daily.${issue.slot}/resume`).catch(() => undefined);
  }
}

/**
 * The process meets the fault of the provider, and is killed on the way back. Another process has to finish the issue.
 */
export const killedAfter = ({ what, fault }: WayBack, when: When): Trial => ({
  fault: `after ${what}, killed ${when}`,
  async run(paper, injected) {
    const dies = injected({ what: 'die', when });
    const meets = meetingFirst(fault);
    const process = await watchedProcess(paper.home, {
      inject: (name, kind) => dies(name, kind) ?? meets(name, kind),
    });
    await atItsHour(process);
    await goOn(paper, process);
    const survivor = await watchedProcess(paper.home);
    if (process.isDead()) await goOn(paper, survivor);
    for (const each of [process, survivor]) each.close();
  },
});
