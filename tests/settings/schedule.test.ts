import { expect, test } from 'vitest';
import { doubtfulSettings } from '../../functions/settings/doubtful.ts';
import { parseSettings } from '../../functions/settings/publication.ts';
import settings from '../support/publication.ts';

const [daily] = settings.editions;
const withDaily = (change: object) => parseSettings({ ...settings, editions: [{ ...daily, ...change }] });

test.each([
  ['0 0 31 2 *', 'is never due'],
  ['0 0 30,31 2 *', 'is never due'],
  ['0 0 31 4,6,9,11 *', 'is never due'],
  ['0 0 31 2 +1', 'is never due'],
  ['*/5 * * * *', 'is due 288 times a day; at most 24 times are allowed'],
  ['0,30 * * * *', 'is due 48 times a day'],
  ['* 7 1 1 *', 'is due 60 times a day'],
  ['* * * * *', 'is due 1440 times a day'],
  ['60 7 * * *', 'the minute is "60", and allowed are numbers from 0 to 59'],
  ['0 24 * * *', 'the hour is "24", and allowed are numbers from 0 to 23'],
  ['0 7 32 * *', 'the day is "32", and allowed are numbers from 1 to 31'],
  ['0 7 * 0 *', 'the month is "0", and allowed are numbers from 1 to 12'],
  ['0 7 * * FUN', 'the weekday is "FUN", and allowed are numbers from 0 (Sunday) to 7'],
  ['0 0/2 * * *', 'or a step "*/5"'],
  ['x 7 * y *', 'the minute is "x", and allowed are numbers from 0 to 59; the month is "y"'],
  [
    '30 7 * *',
    'five-field cron expression, "minute hour day month weekday", such as "30 7 * * *"; this one has 4',
  ],
  ['0 30 7 * * *', 'this one has 6 fields'],
  ['@daily', 'this one has one field'],
  ['', 'this one has one field'],
])('the schedule %j is refused: %s', (cron, why) => {
  expect(() => withDaily({ cron })).toThrow('  editions[0].cron: ');
  expect(() => withDaily({ cron })).toThrow(why);
});

test.each([
  '0 0 29 2 *',
  '0 0 29 2 +MON',
  '0 * * * *',
  '*/5 6,18 * * *',
  '30 7 * * MON-FRI',
  '0 9 L * *',
  '0 9 * * 1#1',
  ' 30  7 * * 7 ',
])('the schedule %j is taken', (cron) => {
  expect(withDaily({ cron }).editions[0]?.cron).toBe(cron);
});

test('what is probably a mistake is named, and nothing else is', () => {
  const now = Date.parse('2026-11-22T04:00:00Z');
  const named = (change: object) => doubtfulSettings(withDaily(change), now);
  const sponsor = (until: string) => ({ sponsor: { ...daily?.sponsor, until } });
  const review = (minutesBefore: number, cron: string) => ({
    cron,
    review: { editors: ['a@paper.example'], minutesBefore },
  });
  // In New York it is still the day before.
  expect(named(sponsor('2026-11-21'))).toEqual([]);
  expect(named(sponsor('2026-11-20'))).toEqual([
    'editions.daily.sponsor.until: is 2026-11-20, a day that is past, so the sponsor is not shown any more',
  ]);
  expect(named(review(60, '0 7-9 * * *'))).toEqual([]);
  expect(named(review(61, '0 7-9 * * *'))).toEqual([
    expect.stringContaining(
      'editions.daily.review.minutesBefore: is 61, but two issues may be only 60 minutes apart',
    ),
  ]);
  expect(named(review(120, '0 1,23 * * *'))).toEqual([]);
  expect(named(review(121, '0 1,23 * * *'))).toHaveLength(1);
  expect(named(review(720, '0 7 29 2 *'))).toEqual([]);
});
