import { expect, test } from 'vitest';
import type { Json } from './policy.ts';
import { only, synthesize } from './synthesized.ts';

/**
 * Works out how long the alarm "nobody ticks" takes from the template that is deployed, by the rules of CloudWatch
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

test('the alarm counts the lines that the tick function logs, and goes off below one line', () => {
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

test('the alarm goes off within five minutes of the last tick, in whichever second of its minute that tick ended', () => {
  const waits = Array.from({ length: MINUTE }, (_, second) => secondsUntilAlarm(second));
  expect(Math.max(...waits)).toBeLessThanOrEqual(5 * MINUTE);
  // A line that is late does not yet mean that a tick is missing.
  expect(Math.min(...waits)).toBeGreaterThan(2 * MINUTE);
});

/** The seconds at which CloudWatch may look, in an hour that has the ticks of the tests below. */
const SECONDS = Array.from({ length: 50 * MINUTE }, (_, second) => 9 * MINUTE + second);

test('the alarm does not go off while ticks come, even if CloudWatch counts their lines a minute and a half late', () => {
  const at = Array.from({ length: 60 }, (_, minute) => minute * MINUTE + ((minute * 37) % MINUTE));
  expect(SECONDS.filter((now) => goesOff({ at, delay: 90 }, now))).toEqual([]);
});

test('the alarm does not go off at one failed tick between two good ones', () => {
  const at = Array.from({ length: 60 }, (_, minute) => minute * MINUTE).filter(
    (time) => time !== 30 * MINUTE,
  );
  expect(SECONDS.filter((now) => goesOff({ at }, now))).toEqual([]);
});
