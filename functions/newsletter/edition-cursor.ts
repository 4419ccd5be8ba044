import { isoTime } from '../shared/clock.ts';
import type { FrozenIssue } from './issue.ts';
import type { EditionCursor } from './issue-store.ts';

/**
 * A story's moment is noted before its transaction is done, so one may appear behind a line already drawn. Looking back
 * over the line finds it; what was sent already is known by its id.
 */
export const OVERLAP_MILLISECONDS = 10 * 60 * 1000;

/** Ids that an edition remembers: an item has 400 KB, and an id up to 128 bytes. */
const MAX_REMEMBERED = 2000;

/** The edition once the issue of `slot` has what was frozen: no other issue has these stories, or those it passed over. */
export function cursorAfter(
  cursor: EditionCursor,
  slot: string,
  { after, until, storyIds, passed }: FrozenIssue,
): EditionCursor {
  // What an issue had is older than its line: behind the window's beginning nobody looks for it any more.
  const all = [{ slot, until, storyIds }, ...cursor.recent].filter((issue) => issue.until > after);
  const recent = newest(all, MAX_REMEMBERED);
  const forgotten = all[recent.length]?.until;
  const lines = Object.entries(passed).map(([language, line]) => [
    language,
    latest(cursor.passed?.[language], line, forgotten),
  ]);
  return {
    version: cursor.version + 1,
    until: latest(cursor.until, until),
    recent,
    passed: { ...cursor.passed, ...Object.fromEntries(lines) },
  };
}

/**
 * An issue that is not sent after all gives its stories back: the next one looks from where this one did. What others
 * took meanwhile stays theirs, by its ids.
 */
export function cursorWithout(cursor: EditionCursor, slot: string, frozen: FrozenIssue): EditionCursor {
  const before = isoTime(Date.parse(frozen.after) + OVERLAP_MILLISECONDS);
  return {
    ...cursor,
    version: cursor.version + 1,
    // Another may have given back older ones.
    until: cursor.until && cursor.until < before ? cursor.until : before,
    recent: cursor.recent.filter((issue) => issue.slot !== slot),
  };
}

/** The first of them, at least one, that have at most `max` stories. */
function newest<T extends { storyIds: string[] }>(issues: T[], max: number): T[] {
  let count = 0;
  const tooMany = issues.findIndex(({ storyIds }, index) => {
    count += storyIds.length;
    return index > 0 && count > max;
  });
  return tooMany < 0 ? issues : issues.slice(0, tooMany);
}

/** Of times in ISO 8601; empty where there is none. */
export function latest(...times: (string | undefined)[]): string {
  return times.reduce<string>((one, other) => (other !== undefined && other > one ? other : one), '');
}
