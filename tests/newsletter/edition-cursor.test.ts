import { expect, test } from 'vitest';
import { cursorAfter } from '../../functions/newsletter/edition-cursor.ts';
import type { FrozenIssue } from '../../functions/newsletter/issue.ts';
import type { EditionCursor } from '../../functions/newsletter/issue-store.ts';

const frozen = (hour: number, stories: number, passed: Record<string, string> = { en: '', es: '' }) =>
  ({
    after: '2026-11-15T00:00:00.000Z',
    until: at(hour),
    storyIds: Array.from({ length: stories }, (_, n) => `${hour}-${n}`),
    passed,
  }) as FrozenIssue;
const at = (hour: number) => `2026-11-22T${String(hour).padStart(2, '0')}:00:00.000Z`;
const after = (...issues: FrozenIssue[]) =>
  issues.reduce<EditionCursor>((cursor, issue, index) => cursorAfter(cursor, `slot-${index}`, issue), {
    version: 0,
    recent: [],
  });

test('a cursor keeps the ids of the last 2,000 stories, and of older issues only the time up to which they have looked', () => {
  const full = after(frozen(1, 500), frozen(2, 500), frozen(3, 1000));
  expect(full.recent.map(({ until }) => until)).toEqual([at(3), at(2), at(1)]);
  expect(full.passed).toEqual({ en: '', es: '' });
  const over = cursorAfter(full, 'slot-4', frozen(4, 1));
  expect(over.recent.map(({ until }) => until)).toEqual([at(4), at(3), at(2)]);
  expect(over.passed).toEqual({ en: at(1), es: at(1) });
  const huge = cursorAfter(over, 'slot-5', frozen(5, 3000));
  expect(huge.recent.map(({ until }) => until)).toEqual([at(5)]);
  expect(huge.passed).toEqual({ en: at(4), es: at(4) });
});

test('the times in a cursor only go forward, in whichever order issues are composed', () => {
  const cursor = after(frozen(5, 1, { en: at(4), es: '' }), frozen(3, 1, { en: at(2), es: at(1) }));
  expect(cursor).toMatchObject({ version: 2, until: at(5), passed: { en: at(4), es: at(1) } });
});

test('a cursor forgets the stories of an issue once no later issue could find them', () => {
  const cursor = after(frozen(1, 1), { ...frozen(9, 1), after: at(1) });
  expect(cursor.recent.map(({ until }) => until)).toEqual([at(9)]);
});
