import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import type { EditionSettings } from '../settings.ts';

/**
 * The slot of a schedule, named by the local time it is for: `2026-11-22-0730`. An hour that daylight saving repeats
 * gives one slot, and so one issue. `scheduledAt` in ISO 8601.
 */
export function slotOf(scheduledAt: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(scheduledAt));
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}-${part('hour')}${part('minute')}`;
}

/** The slot of an issue that an editor sends: the same key gives the same issue. */
export function extraSlot(key: string): string {
  return `extra-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

export const SLOT_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The first time after `after` (milliseconds) at which the edition is due; undefined if it never is again. */
export function nextRun(
  edition: Pick<EditionSettings, 'cron' | 'timeZone'>,
  after: number,
): number | undefined {
  const cron = new Cron(edition.cron, { timezone: edition.timeZone, paused: true });
  return cron.nextRun(new Date(after))?.getTime();
}
