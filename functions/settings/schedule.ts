import { Cron } from 'croner';

/** Checks the cron expressions of editions. Each names local times (`newsletter/slot.ts`), so no time zone matters here. */

/** The most issues of an edition in a day. More would be a mistake, and nobody wants them. */
export const MOST_A_DAY = 24;

const FORM = 'must be a five-field cron expression, "minute hour day month weekday", such as "30 7 * * *"';
const FIELDS: [name: string, allowed: string][] = [
  ['minute', 'numbers from 0 to 59'],
  ['hour', 'numbers from 0 to 23'],
  ['day', 'numbers from 1 to 31, and L for the last day of the month'],
  ['month', 'numbers from 1 to 12, and names from JAN to DEC'],
  ['weekday', 'numbers from 0 (Sunday) to 7 (Sunday again), and names from SUN to SAT'],
];
const LISTS = 'each field may be *, a list "1,5", a range "1-5" or a step "*/5"';

/** Any moment would do, because the days of the calendar repeat. */
const FIRST_DAY = new Date('2000-01-01T00:00:00Z');
const BEFORE = new Date(FIRST_DAY.getTime() - 1000);

/** Says what is wrong with a cron expression, or returns undefined if nothing is. */
export function cronFault(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== FIELDS.length)
    return `${FORM}; this one has ${fields.length === 1 ? 'one field' : `${fields.length} fields`}`;
  const wrong = FIELDS.flatMap(([name, allowed], at) =>
    isCron(FIELDS.map((_, other) => (other === at ? (fields[at] ?? '') : '*')).join(' '))
      ? []
      : [`the ${name} is "${fields[at]}", and allowed are ${allowed}`],
  );
  if (wrong.length > 0) return `${FORM}; ${wrong.join('; ')}; ${LISTS}`;
  if (!isCron(expression)) return `${FORM}; ${LISTS}`;
  const times = timesOfADay(expression);
  if (times === 0) return 'is never due: no day has this date';
  if (times > MOST_A_DAY)
    return `is due ${times} times a day; at most ${MOST_A_DAY} times are allowed, such as "0 * * * *"`;
  return undefined;
}

/** Returns the shortest time between two issues that follow each other, in minutes. */
export function leastMinutesBetween(expression: string): number {
  const runs = localTimes(expression).nextRuns(MANY_RUNS, BEFORE);
  const gaps = runs.slice(1).map((run, at) => run.getTime() - (runs[at]?.getTime() ?? 0));
  return Math.min(...gaps) / 60_000;
}

/** So many issues contain a whole week, whatever the expression is, or several years of rare dates. */
const MANY_RUNS = 8 * MOST_A_DAY;

/** Returns how often the expression is due on each day on which it is due at all. Every such day has the same times. */
function timesOfADay(expression: string): number {
  const schedule = localTimes(expression);
  const first = schedule.nextRun(BEFORE);
  const day = first?.toISOString().slice(0, 10);
  let times = 0;
  for (let run = first; run?.toISOString().startsWith(day ?? ''); run = schedule.nextRun(run)) times += 1;
  return times;
}

function localTimes(expression: string): Cron {
  return new Cron(expression, { utcOffset: 0, paused: true });
}

function isCron(expression: string): boolean {
  try {
    localTimes(expression);
    return true;
  } catch {
    return false;
  }
}
