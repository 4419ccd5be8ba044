import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventBridgeCrons } from '../../infra/eventbridge-cron.ts';

describe('five-field cron in the words of EventBridge', () => {
  test.each([
    ['30 7 * * *', ['30 7 * * ? *']],
    ['0 9 * * 0', ['0 9 ? * SUN *']],
    ['0 9 * * 7', ['0 9 ? * SUN *']],
    ['0 9 * * sun', ['0 9 ? * SUN *']],
    ['0 9 * * 1-5', ['0 9 ? * MON,TUE,WED,THU,FRI *']],
    ['0 9 * * FRI-SUN', ['0 9 ? * SUN,FRI,SAT *']],
    ['*/15 6-22/4 * jan,jul *', ['0,15,30,45 6,10,14,18,22 * 1,7 ? *']],
    ['0 9 1 * *', ['0 9 1 * ? *']],
    ['0 9 L * *', ['0 9 L * ? *']],
    ['0 9 */2 * *', ['0 9 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 * ? *']],
    ['0 9 ? * MON', ['0 9 ? * MON *']],
    ['0 9 * * 1#1', ['0 9 ? * 2#1 *']],
    ['0 9 * * 5L', ['0 9 ? * 6L *']],
  ])('%s', (five, six) => {
    expect(eventBridgeCrons(five)).toEqual(six);
  });

  test('a day that fits either field takes two schedules', () => {
    expect(eventBridgeCrons('0 9 1 * 1')).toEqual(['0 9 1 * ? *', '0 9 ? * MON *']);
  });

  test('a day that fits a field of all days takes one', () => {
    expect(eventBridgeCrons('0 9 1-31 * 1')).toEqual(['0 9 * * ? *']);
  });

  test('the first and third Monday take two schedules, as EventBridge allows one # in each', () => {
    expect(eventBridgeCrons('0 9 * * 1#1,1#3')).toEqual(['0 9 ? * 2#1 *', '0 9 ? * 2#3 *']);
  });

  test.each([
    ['0 9 1-7 * +1', 'EventBridge cannot ask for a day of the month that is also a weekday'],
    ['0 9 15W * *', 'has a W'],
    ['0 9 LW * *', 'has a W'],
    ['0 9 * *', 'must have five fields, not 4'],
    ['60 9 * * *', 'the minute "60" must be from 0 to 59'],
    ['0 9 * * 8', 'the weekday "8" must be from 0 to 7'],
    ['0 9 * * 1#6', 'must have 1 to 5 or L after its "#"'],
    ['0 9 5-1 * *', 'has a range that ends before it starts'],
    ['0 9 5/2 * *', 'the day of the month "5/2" is not understood'],
    ['0 9 * FOO *', 'the month "FOO" must be from 1 to 12'],
  ])('%s is refused with its reason', (five, reason) => {
    expect(() => eventBridgeCrons(five)).toThrow(reason);
  });

  test('every accepted expression fires on the same minutes as the original', () => {
    fc.assert(
      fc.property(fiveFields(), fc.integer({ min: 0, max: 3650 }), (five, day) => {
        const start = new Date(Date.UTC(2026, 0, 1) + day * DAY_MS);
        const end = new Date(start.getTime() + HORIZON_DAYS * DAY_MS);
        const expected = new Cron(five, { paused: true, utcOffset: 0 })
          .nextRuns(FIRES, new Date(start.getTime() - 1000))
          .filter((fire) => fire < end)
          .map((fire) => fire.toISOString());
        const crons = eventBridgeCrons(five);
        expect(fires(crons, start), crons.join(' and ')).toEqual(expected);
        for (const cron of crons) expect(`cron(${cron})`.length).toBeLessThanOrEqual(256);
      }),
      { numRuns: 1000 },
    );
  }, 20_000);
});

const DAY_MS = 86_400_000;
const FIRES = 40;
/** Long enough to hold a leap day's neighbours and every weekday of every month. */
const HORIZON_DAYS = 450;

/** Five-field expressions that croner takes, but for W and +, which EventBridge does not. */
function fiveFields(): fc.Arbitrary<string> {
  const plain = (min: number, max: number, names: string[] = []) => {
    const value = fc.integer({ min, max }).map((n) => names[n] ?? String(n));
    const range = fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
      .map(
        ([a, b]) => `${names[Math.min(a, b)] ?? Math.min(a, b)}-${names[Math.max(a, b)] ?? Math.max(a, b)}`,
      );
    const step = fc.integer({ min: 1, max: Math.min(max, 7) });
    return fc.oneof(
      value,
      value,
      range,
      fc.tuple(range, step).map(([r, s]) => `${r}/${s}`),
      step.map((s) => `*/${s}`),
    );
  };
  const list = (item: fc.Arbitrary<string>) =>
    fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => items.join(','));
  const star = fc.constantFrom('*', '*', '?');
  const months = ['', 'JAN', 'feb', 'Mar', 'APR', 'may', 'JUN', 'JUL', 'aug', 'SEP', 'OCT', 'NOV', 'dec'];
  const days = ['SUN', 'mon', 'Tue', 'WED', 'thu', 'FRI', 'SAT'];
  const nth = fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.constantFrom('#1', '#2', '#3', '#4', '#5', '#L', 'L'))
    .map(([d, n]) => `${d}${n}`);
  const weekday = fc.oneof(plain(0, 7), plain(0, 6, days), nth);
  return fc
    .tuple(
      fc.oneof(star, list(plain(0, 59))),
      fc.oneof(star, list(plain(0, 23))),
      fc.oneof(star, list(fc.oneof({ weight: 5, arbitrary: plain(1, 31) }, fc.constant('L')))),
      fc.oneof(star, list(plain(1, 12)), list(plain(1, 12, months))),
      fc.oneof(star, list(weekday)),
    )
    .map((fields) => fields.join(' '));
}

/** The first minutes on which any of the expressions fires, within the horizon: EventBridge's own rules, read again. */
function fires(crons: string[], start: Date): string[] {
  const found: string[] = [];
  const schedules = crons.map((cron) => cron.split(' ') as [string, string, string, string, string, string]);
  for (let day = 0; day < HORIZON_DAYS && found.length < FIRES; day++) {
    const date = new Date(start.getTime() + day * DAY_MS);
    const today = schedules.filter((fields) => firesOn(fields, date));
    if (today.length === 0) continue;
    for (let minute = 0; minute < 1440 && found.length < FIRES; minute++) {
      const now = new Date(date.getTime() + minute * 60_000);
      if (today.some(([m, h]) => holds(m, now.getUTCMinutes()) && holds(h, now.getUTCHours())))
        found.push(now.toISOString());
    }
  }
  return found;
}

function firesOn(
  [, , days, months, weekdays, year]: [string, string, string, string, string, string],
  date: Date,
): boolean {
  // One of the two must be "?", and the other must not be.
  if ((days === '?') === (weekdays === '?')) throw new Error(`EventBridge refuses ${days} with ${weekdays}`);
  if (year !== '*' || !holds(months, date.getUTCMonth() + 1)) return false;
  const tomorrow = new Date(date.getTime() + DAY_MS);
  const nextWeek = new Date(date.getTime() + 7 * DAY_MS);
  if (days !== '?') return days === 'L' ? tomorrow.getUTCDate() === 1 : holds(days, date.getUTCDate());
  const weekday = date.getUTCDay() + 1;
  const [, which, nth] = /^([1-7])#([1-5])$/.exec(weekdays) ?? [];
  if (which) return Number(which) === weekday && Math.ceil(date.getUTCDate() / 7) === Number(nth);
  const last = /^([1-7])L$/.exec(weekdays)?.[1];
  if (last) return Number(last) === weekday && nextWeek.getUTCMonth() !== date.getUTCMonth();
  const names = ['', 'SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
  return weekdays.split(',').includes(names[weekday] as string);
}

function holds(field: string, value: number): boolean {
  if (field === '*') return true;
  return field.split(',').some((item) => {
    const [from, to] = item.split('-').map(Number) as [number, number | undefined];
    return value >= from && value <= (to ?? from);
  });
}
