import { type Clock, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { doneOf, issueId, wavesAhead } from './issue.ts';
import type { IssueStore } from './issue-store.ts';

/** Whether an edition may be sent, as its readers' complaints decide. */
export type EditionStanding = {
  /** Set while it is stopped. `at` in ISO 8601, the reason for people. */
  stopped?: { at: string; reason: string };
  /** ISO 8601. What was mailed before an editor resumed it does not count any more. */
  resumedAt?: string;
};

/** Mails of an edition within the days that count, and how many readers reported them as spam. */
export type ComplaintCount = { accepted: number; complained: number };

/** How long a mail counts. */
export const COMPLAINT_DAYS = 7;

export type ComplaintStore = {
  standing(edition: string): Promise<EditionStanding>;
  /** Of the days before `now` (milliseconds), or since it was resumed. */
  count(edition: string, now: number): Promise<ComplaintCount>;
  /** Whether it is to be told that the rate is high: true once, until `calm`. */
  alarm(edition: string, at: string): Promise<boolean>;
  /** The rate is low again. */
  calm(edition: string): Promise<void>;
  /** False where it is stopped already. */
  stop(edition: string, stopped: { at: string; reason: string }): Promise<boolean>;
  /** Counts anew from `now`. False where it is not stopped. */
  resume(edition: string, now: number): Promise<boolean>;
};

/** Of an edition that is stopped: why none of its issues goes out. */
export async function reasonToStop(complaints: ComplaintStore, edition: string): Promise<string | undefined> {
  const { stopped } = await complaints.standing(edition);
  return stopped && `its edition was stopped at ${stopped.at}: ${stopped.reason}`;
}

/** Google and Yahoo (2024) want senders below 0.1 %, and block those at 0.3 %: https://support.google.com/a/answer/81126 */
const ALARM_RATE = 0.001;
const STOP_RATE = 0.003;

type WeighServices = { complaints: ComplaintStore; issues: IssueStore; queue: Queue; clock: Clock; log: Log };

/** Raises the alarm once when an edition's rate of complaints gets high, and stops the edition when it is too high. */
export async function weighComplaints(
  { complaints, issues, queue, clock, log }: WeighServices,
  edition: string,
): Promise<void> {
  const now = clock();
  // First: who is mailed between the two counts twice, and stops nothing.
  const ahead = await underWay(issues, edition, now);
  const { accepted, complained } = await complaints.count(edition, now);
  const mailed = accepted + ahead;
  // A complaint may come before the batch of its mail is settled: of nothing there is no share.
  const rate = accepted > 0 ? complained / mailed : 0;
  const figures = { edition, mailed, complained, days: COMPLAINT_DAYS };
  if (rate > STOP_RATE) {
    const reason = `${complained} of ${mailed} readers reported it as spam`;
    if (await complaints.stop(edition, { at: isoTime(now), reason })) {
      log.error('an edition was stopped: too many of its readers report it as spam', figures);
      await handOver(queue, log, [{ kind: 'stop' }]);
    }
  } else if (rate > ALARM_RATE) {
    if (await complaints.alarm(edition, isoTime(now)))
      log.error('many readers of an edition report it as spam', figures);
  } else {
    await complaints.calm(edition);
  }
}

/** Readers who are about to be mailed, but for those whose hour is still to come: of the first of thousands, one is no rate. */
async function underWay(issues: IssueStore, edition: string, now: number): Promise<number> {
  const open = (await issues.open()).filter((ref) => ref.edition === edition);
  const left = open.map(async (ref) => {
    const issue = await issues.get(ref);
    if (!issue) return 0;
    const later = wavesAhead(issue, now).reduce((sum, { planned }) => sum + planned, 0);
    return issue.planned - later - doneOf(issue);
  });
  return (await Promise.all(left)).reduce((sum, each) => sum + Math.max(0, each), 0);
}

/** Stops the issues under way of editions that are stopped. One not composed yet is skipped when it is to be. */
export async function stopEditions({
  issues,
  complaints,
  log,
}: {
  issues: IssueStore;
  complaints: ComplaintStore;
  log: Log;
}): Promise<void> {
  for (const ref of await issues.open()) {
    const reason = await reasonToStop(complaints, ref.edition);
    if (reason && (await issues.end(ref, ['sending'], 'stopped', reason)))
      log.warn('an issue was stopped: its edition is', { issue: issueId(ref), reason });
  }
}
