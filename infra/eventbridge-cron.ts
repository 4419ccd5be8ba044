/**
 * Five-field cron, as the settings have it, in the words of EventBridge:
 * `minutes hours day-of-month month day-of-week year`
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
 *
 * Four things differ. Weekdays count from 1 = SUN there, from 0 = Sunday here: they are written as names. One of the two
 * day fields must be `?`, where cron takes a day that fits either: such an expression becomes two schedules. At most one
 * `#` or `L` a schedule: more become more schedules. Steps start elsewhere: every field is written out as values.
 * Two schedules may name the same minute; the slot's own id makes that one issue.
 */

/** An expression that EventBridge has no words for. */
export class CronError extends Error {
  override name = 'CronError';
}

type Field = { name: string; min: number; max: number; names: string[] };

const MINUTE: Field = { name: 'minute', min: 0, max: 59, names: [] };
const HOUR: Field = { name: 'hour', min: 0, max: 23, names: [] };
const DAY: Field = { name: 'day of the month', min: 1, max: 31, names: [] };
const MONTH: Field = {
  name: 'month',
  min: 1,
  max: 12,
  names: ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
/** 7 is Sunday as well as 0. */
const WEEKDAY: Field = {
  name: 'weekday',
  min: 0,
  max: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};

/** A weekday of the month: its 1st to 5th, or its last. 0 = Sunday. */
type Nth = { weekday: number; nth: number | 'L' };

/**
 * The expressions, without `cron(…)`, that together fire exactly when the five-field one does: usually one.
 * Throws CronError for what EventBridge cannot say.
 */
export function eventBridgeCrons(fiveFields: string): string[] {
  const fields = fiveFields.trim().replaceAll('?', '*').split(/\s+/);
  if (fields.length !== 5) throw new CronError(`"${fiveFields}" must have five fields, not ${fields.length}`);
  const [minute, hour, day, month, weekday] = fields.map((field) => field.toUpperCase()) as Five;
  const minutes = written(valuesOf(MINUTE, minute), MINUTE);
  const hours = written(valuesOf(HOUR, hour), HOUR);
  const months = written(valuesOf(MONTH, month), MONTH);
  return dayFields(day, weekday).map(
    ({ days, weekdays }) => `${minutes} ${hours} ${days} ${months} ${weekdays} *`,
  );
}

type Five = [minute: string, hour: string, day: string, month: string, weekday: string];
type DayFields = { days: string; weekdays: string };

const EVERY_DAY: DayFields = { days: '*', weekdays: '?' };

/** What the two day fields say, one entry for each schedule it takes. */
function dayFields(day: string, weekday: string): DayFields[] {
  if (weekday.startsWith('+') && day !== '*' && weekday !== '+*') {
    throw new CronError(
      `EventBridge cannot ask for a day of the month that is also a weekday ("${day}" with "${weekday}"); for the first Monday write "* * 1#1" instead`,
    );
  }
  const weekdays = weekdaysOf(weekday.replace(/^\+/, ''));
  const days = daysOf(day);
  if (day === '*' && weekdays.star) return [EVERY_DAY];
  if (day === '*') return weekdays.clauses;
  if (weekdays.star) return days;
  // Both are restricted: cron fires on a day that fits either.
  const either = [...days, ...weekdays.clauses];
  return either.includes(EVERY_DAY) ? [EVERY_DAY] : either;
}

function daysOf(text: string): DayFields[] {
  if (text.includes('W')) {
    throw new CronError(
      `the day of the month "${text}" has a W, which EventBridge may read differently; name the days`,
    );
  }
  const items = text.split(',');
  const plain = items.filter((item) => item !== 'L');
  const values = plain.length > 0 ? valuesOf(DAY, plain.join(',')) : [];
  if (values.length === 31) return [EVERY_DAY];
  return [
    ...(values.length > 0 ? [{ days: written(values, DAY), weekdays: '?' }] : []),
    // The 31st is a last day too, but not every last day is a 31st: a schedule of its own.
    ...(plain.length < items.length ? [{ days: 'L', weekdays: '?' }] : []),
  ];
}

function weekdaysOf(text: string): { star: boolean; clauses: DayFields[] } {
  const plain = new Set<number>();
  const nths = new Map<string, Nth>();
  for (const item of text.split(',')) {
    // "5L" and "5#L" both are the last Friday.
    const [range = '', mark] = item.replace(/#?L$/, '#L').split('#');
    for (const value of valuesOf(WEEKDAY, range)) {
      if (mark) nths.set(`${value % 7}#${mark}`, { weekday: value % 7, nth: nthOf(mark, text) });
      else plain.add(value % 7);
    }
  }
  const values = [...plain].sort((a, b) => a - b);
  if (values.length === 7) return { star: text === '*', clauses: [EVERY_DAY] };
  return {
    star: false,
    clauses: [
      ...(values.length > 0
        ? [{ days: '?', weekdays: values.map((value) => WEEKDAY.names[value]).join(',') }]
        : []),
      ...[...nths.values()]
        .filter(({ weekday }) => !plain.has(weekday))
        .map(({ weekday, nth }) => ({
          days: '?',
          weekdays: nth === 'L' ? `${weekday + 1}L` : `${weekday + 1}#${nth}`,
        })),
    ],
  };
}

function nthOf(mark: string, text: string): number | 'L' {
  if (mark === 'L') return 'L';
  if (/^[1-5]$/.test(mark)) return Number(mark);
  throw new CronError(`the weekday "${text}" must have 1 to 5 or L after its "#"`);
}

/** A list of `a`, `*` and `a-b`, the last two also with a step → the values, ascending. */
function valuesOf(field: Field, text: string): number[] {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const [, from = '', to, step] = /^([A-Z0-9]+|\*)(?:-([A-Z0-9]+))?(?:\/(\d+))?$/.exec(item) ?? [];
    const every = from === '*';
    if (from === '' || (every && to) || (step && !every && !to) || Number(step) === 0) {
      throw new CronError(`the ${field.name} "${text}" is not understood`);
    }
    const first = every ? field.min : numberOf(field, from, text);
    const last = every ? field.max : to ? numberOf(field, to, text) : first;
    // "FRI-SUN": at the end of a range Sunday ends the week.
    const end = to === 'SUN' ? 7 : last;
    if (end < first)
      throw new CronError(`the ${field.name} "${text}" has a range that ends before it starts`);
    for (let value = first; value <= end; value += Number(step ?? 1)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function numberOf(field: Field, text: string, whole: string): number {
  const named = field.names.indexOf(text);
  const value = named >= 0 ? named : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.min && value <= field.max) return value;
  throw new CronError(`the ${field.name} "${whole}" must be from ${field.min} to ${field.max}`);
}

/** `*` for all values, else lists with ranges: at most 256 characters are allowed for a whole expression. */
function written(values: number[], { min, max }: Field): string {
  if (values.length === max - min + 1) return '*';
  const parts: string[] = [];
  for (let start = 0; start < values.length; ) {
    let end = start;
    while (values[end + 1] === (values[end] as number) + 1) end += 1;
    if (end - start >= 2) parts.push(`${values[start]}-${values[end]}`);
    else parts.push(...values.slice(start, end + 1).map(String));
    start = end + 1;
  }
  return parts.join(',');
}
