import { expect, test } from 'vitest';
import type { Json } from './policy.ts';
import { only, synthesize } from './synthesized.ts';

/**
 * How long the alarm for "nobody ticks" takes, worked out from the template that is deployed, by the rules of CloudWatch
 * (User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data").
 */

const template = synthesize();
const alarm: Json = only(template, 'AWS::CloudWatch::Alarm', 'AlarmsNobodyTicks').Properties;
const filter: Json = only(template, 'AWS::Logs::MetricFilter', 'AlarmsTicksFilter').Properties;
const [{ MetricName, MetricNamespace, MetricValue }] = filter.MetricTransformations;
const { Id, MetricStat: counted } = alarm.Metrics.find((metric: Json) => metric.MetricStat);
const { Expression } = alarm.Metrics.find((metric: Json) => metric.ReturnData !== false);
/** What the expression puts in place of a value that is missing, if it does. */
const filledWith = new RegExp(`^FILL\\(${Id}, (\\d+)\\)$`).exec(Expression)?.[1];

const MINUTE = 60;
/** An alarm with periods of a minute or more is evaluated once a minute. */
const LOOKS_EVERY = MINUTE;
/** How many periods more than it needs CloudWatch looks at for values that are not missing: two, in its own examples. */
const FURTHER_BACK = 2;

/** When lines were written that the filter counts, in seconds, and how long CloudWatch takes to count them. */
type Lines = { at: number[]; delay?: number };

/** The value of the period that begins at `start`, as it is known at `now`: undefined is missing. */
function valueAt({ at, delay = 0 }: Lines, start: number, now: number): number | undefined {
  const known = at.filter((line) => line >= start && line < start + counted.Period && line + delay <= now);
  if (known.length > 0) return known.length * Number(MetricValue);
  return filledWith === undefined ? undefined : Number(filledWith);
}

/** Whether the alarm goes off when CloudWatch looks at `now`. */
function goesOff(lines: Lines, now: number): boolean {
  const { EvaluationPeriods: needed, DatapointsToAlarm: bad = needed, Threshold, TreatMissingData } = alarm;
  const end = Math.floor(now / counted.Period) * counted.Period;
  const values = Array.from({ length: needed + FURTHER_BACK }, (_, index) =>
    valueAt(lines, end - (index + 1) * counted.Period, now),
  );
  // Values that were found come first, the newer before the older. Only if they are too few are missing ones judged.
  const found = values.filter((value) => value !== undefined).slice(0, needed);
  const missing = TreatMissingData === 'breaching' ? needed - found.length : 0;
  return found.filter((value) => value < Threshold).length + missing >= bad;
}

test('it is about the lines that the tick function writes, and goes off below one', () => {
  expect(filter.LogGroupName).toEqual({ Ref: expect.stringMatching('^TickLogs') });
  expect(counted).toMatchObject({ Stat: 'Sum', Metric: { MetricName, Namespace: MetricNamespace } });
  expect(Expression).toContain(Id);
  expect(alarm).toMatchObject({ ComparisonOperator: 'LessThanThreshold', Threshold: 1 });
});

/** Seconds from the last of an hour's ticks until the alarm goes off, if CloudWatch looks as late as it can. */
function secondsUntilAlarm(last: number): number {
  const at = Array.from({ length: 60 }, (_, minute) => last - minute * MINUTE);
  const moments = Array.from({ length: 30 * MINUTE }, (_, second) => last + second + 1);
  const first = moments.find((now) => goesOff({ at }, now)) ?? Number.POSITIVE_INFINITY;
  return first - last + LOOKS_EVERY;
}

test('it goes off within five minutes of the last tick, wherever in its minute that one ended', () => {
  const waits = Array.from({ length: MINUTE }, (_, second) => secondsUntilAlarm(second));
  expect(Math.max(...waits)).toBeLessThanOrEqual(5 * MINUTE);
  // A line that comes late is not yet a tick that did not come.
  expect(Math.min(...waits)).toBeGreaterThan(2 * MINUTE);
});

/** At which CloudWatch may look, in an hour whose ticks are below. */
const SECONDS = Array.from({ length: 50 * MINUTE }, (_, second) => 9 * MINUTE + second);

test('it does not go off while ticks come, though CloudWatch counts their lines a minute and a half late', () => {
  const at = Array.from({ length: 60 }, (_, minute) => minute * MINUTE + ((minute * 37) % MINUTE));
  expect(SECONDS.filter((now) => goesOff({ at, delay: 90 }, now))).toEqual([]);
});

test('one tick that fails between two that do not is no alarm', () => {
  const at = Array.from({ length: 60 }, (_, minute) => minute * MINUTE).filter(
    (time) => time !== 30 * MINUTE,
  );
  expect(SECONDS.filter((now) => goesOff({ at }, now))).toEqual([]);
});
