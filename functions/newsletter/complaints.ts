import { type Clock, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { issueId } from './issue.ts';
import { doneOf, wavesAhead } from './issue-progress.ts';
import type { IssueStore } from './issue-store.ts';

/** How readers' complaints about spam are counted, and how too many of them stop an edition. */

/** The standing of an edition: it may be sent, or it was stopped because of its readers' complaints. */
export type EditionStanding = {
  /** Set while the edition is stopped. `at` is in ISO 8601, and the reason is a sentence for people. */
  stopped?: { at: string; reason: string };
  /** When an editor resumed the edition (ISO 8601). Mails from before that time do not count any more. */
  resumedAt?: string;
};

/**
 * How many mails of an edition the provider accepted in the days that count, and how many readers reported them as
 * spam.
 */
export type ComplaintCount = { accepted: number; complained: number };

/** The rate of complaints is counted over the mails of this many days. */
export const COMPLAINT_DAYS = 7;

export type ComplaintStore = {
  standing(edition: string): Promise<EditionStanding>;
  /** Counts the last `COMPLAINT_DAYS` before `now` (milliseconds), or the time since the edition was resumed. */
  count(edition: string, now: number): Promise<ComplaintCount>;
  /**
   * Notes that the rate of complaints is high. Returns true the first time, so that the alarm is raised once. It
   * returns true again only after `calm`.
   */
  alarm(edition: string, at: string): Promise<boolean>;
  /** Notes that the rate of complaints is low again. */
  calm(edition: string): Promise<void>;
  /** Stops the edition. Returns false if it is stopped already. */
  stop(edition: string, stopped: { at: string; reason: string }): Promise<boolean>;
  /** Lets the edition be sent again, and begins a new count at `now`. Returns false if the edition is not stopped. */
  resume(edition: string, now: number): Promise<boolean>;
};

/** Returns why no issue of the edition may be sent, or undefined if the edition is not stopped. */
export async function reasonToStop(complaints: ComplaintStore, edition: string): Promise<string | undefined> {
  const { stopped } = await complaints.standing(edition);
  return stopped && `its edition was stopped at ${stopped.at}: ${stopped.reason}`;
}

/**
 * Google and Yahoo (2024) want a sender's rate of complaints below 0.1 %, and block senders at 0.3 %:
 * https://support.google.com/a/answer/81126
 */
const ALARM_RATE = 0.001;
const STOP_RATE = 0.003;

type WeighServices = { complaints: ComplaintStore; issues: IssueStore; queue: Queue; clock: Clock; log: Log };

/** Raises the alarm once when an edition's rate of complaints gets high, and stops the edition when it is too high. */
export async function weighComplaints(
  { complaints, issues, queue, clock, log }: WeighServices,
  edition: string,
): Promise<void> {
  const now = clock();
  // The readers who are about to be mailed are counted before the accepted mails. A reader who is mailed between the
  // two reads then counts twice, which makes the rate lower. In the other order the reader would not count at all, and
  // a rate that is too high could stop the edition.
  const ahead = await aboutToBeMailed(issues, edition, now);
  const { accepted, complained } = await complaints.count(edition, now);
  const mailed = accepted + ahead;
  // A complaint can arrive before the batch of its mail is counted. As long as no mail was accepted, no rate can be
  // computed, and 0 stands for it.
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

/**
 * Counts the readers who are about to be mailed. Without them, one complaint among the first hundred readers of
 * thousands would stop the edition. Readers who get the issue later, at their own hour, do not count.
 */
async function aboutToBeMailed(issues: IssueStore, edition: string, now: number): Promise<number> {
  const open = (await issues.open()).filter((ref) => ref.edition === edition);
  const left = open.map(async (ref) => {
    const issue = await issues.get(ref);
    if (!issue || issue.state === 'stopped') return 0;
    const later = wavesAhead(issue, now).reduce((sum, { planned }) => sum + planned, 0);
    return issue.planned - later - doneOf(issue);
  });
  return (await Promise.all(left)).reduce((sum, each) => sum + Math.max(0, each), 0);
}

/**
 * Stops the issues that are being sent if their edition is stopped. An issue that is not being sent yet is skipped by
 * `composeIssue`.
 */
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
      log.warn('an issue was stopped because its edition is stopped', { issue: issueId(ref), reason });
  }
}
