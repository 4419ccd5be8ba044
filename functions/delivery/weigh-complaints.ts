import type { ComplaintStore } from '../newsletter/complaints.ts';
import { COMPLAINT_DAYS } from '../newsletter/complaints.ts';
import { doneOf, wavesAhead } from '../newsletter/issue-progress.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';

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
