import { expect, it } from 'vitest';
import { daily, startedBy, utc } from './started-by.ts';
import { changesIn, clockIn, every, HOUR, MINUTE, milliseconds, ZONES_THAT_CHANGE } from './zones.ts';

it('these tests try more than twenty zones, each with its own way to change the clocks', () => {
  expect(ZONES_THAT_CHANGE.length).toBeGreaterThan(20);
});

it.each(ZONES_THAT_CHANGE)(
  'in %s, an edition whose hour is near a change of clocks has one issue a day, as soon as clocks show its hour or a later one',
  (zone) => {
    const clock = clockIn(zone);
    const wrong: unknown[] = [];
    for (const change of changesIn(zone)) {
      const moments = every(15 * MINUTE, change - 12 * HOUR, change + 12 * HOUR);
      const shown = moments.map((at) => [at, clock(at)] as const);
      // Tried are the time of the change by the old and by the new clocks, half an hour after each, and 07:30.
      const old = new Date(milliseconds(clock(change - MINUTE)) + MINUTE).toISOString().slice(11, 16);
      const hours = [old, clock(change).slice(11)].flatMap((at) => [at, later(at)]);
      for (const hour of new Set([...hours, '07:30'])) {
        const days = new Set(shown.map(([, local]) => local.slice(0, 10)));
        const wanted = [...days]
          .map((day) => shown.find(([, local]) => local >= `${day}T${hour}`)?.[0])
          // The hour of the first day may have been before the first tick.
          .filter((at) => at !== undefined && at > (moments[0] ?? 0));
        const started = startedBy({ cron: daily(hour), timeZone: zone }, moments.slice(1));
        const found = started.map(([, at]) => at);
        if (found.join() !== wanted.map((at) => utc(at ?? 0)).join()) wrong.push({ hour, wanted, found });
      }
    }
    expect(wrong).toEqual([]);
  },
);

const later = (hour: string) => utc(milliseconds(`2026-01-01T${hour}`) + 30 * MINUTE).slice(11);
