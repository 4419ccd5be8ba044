import type { Followed } from '../../functions/newsletter/schedule-store.ts';
import { slotOf } from '../../functions/newsletter/slot.ts';
import { whatIsDue } from '../../functions/newsletter/start-issue.ts';

/** Writes a time in UTC, such as `2026-11-22T12:30`. */
export const utc = (at: number) => new Date(at).toISOString().slice(0, 16);
/** Returns the cron expression of an hour of each day, such as `07:30`. */
export const daily = (hour: string) => {
  const [hours, minutes] = hour.split(':').map(Number);
  return `${minutes} ${hours} * * *`;
};

type Schedule = { cron: string; timeZone: string };

/** Asks at each of these times what is due. Returns slot, due time and tick of each issue that was started. */
export function startedBy(schedule: Schedule, ticks: number[]): [slot: string, at: string, tick: string][] {
  const { cron, timeZone } = schedule;
  const started: [string, string, string][] = [];
  let followed: Followed = { through: (ticks[0] ?? 0) - 1, cron, timeZone };
  for (const now of ticks) {
    const due = whatIsDue(schedule, followed, now);
    if (due.what === 'nothing') continue;
    if (due.what !== 'issue') throw new Error(`${due.what} at ${utc(now)}`);
    started.push([slotOf(new Date(due.at).toISOString(), timeZone), utc(due.at), utc(now)]);
    followed = { ...followed, through: due.at };
  }
  return started;
}
