import { isoTime } from '../shared/clock.ts';
import type { FrozenIssue } from './issue.ts';
import type { EditionCursor } from './issue-store.ts';
import { OVERLAP_MILLISECONDS } from './story-window.ts';

/** How the cursor of an edition moves when an issue takes stories, and when an issue gives them back. */

/** How many ids an edition remembers. An item of the table has at most 400 KB, and an id up to 128 bytes. */
const MAX_REMEMBERED = 2000;

/**
 * Returns the edition's cursor after the issue of `slot` took its stories. No other issue takes these stories, or the
 * ones that were left out.
 */
export function cursorAfter(
  cursor: EditionCursor,
  slot: string,
  { after, until, storyIds, passed }: FrozenIssue,
): EditionCursor {
  // The stories of an issue became public before the end of its window. If that end is before the new window, no later
  // issue finds these stories, and their ids can be forgotten.
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
 * Returns the edition's cursor after an issue that is not sent gave its stories back. The next issue looks back as far
 * as this one did. Stories that other issues took meanwhile are still known by their ids.
 */
export function cursorWithout(cursor: EditionCursor, slot: string, frozen: FrozenIssue): EditionCursor {
  const before = isoTime(Date.parse(frozen.after) + OVERLAP_MILLISECONDS);
  return {
    ...cursor,
    version: cursor.version + 1,
    // Another issue may have given back even older stories. So the earlier of the two times counts.
    until: cursor.until && cursor.until < before ? cursor.until : before,
    recent: cursor.recent.filter((issue) => issue.slot !== slot),
  };
}

/** Returns the first issues that together have at most `max` stories, and at least one issue. */
function newest<T extends { storyIds: string[] }>(issues: T[], max: number): T[] {
  let count = 0;
  const tooMany = issues.findIndex(({ storyIds }, index) => {
    count += storyIds.length;
    return index > 0 && count > max;
  });
  return tooMany < 0 ? issues : issues.slice(0, tooMany);
}

/** Returns the latest of these times (ISO 8601). If no time is given, it returns an empty text. */
export function latest(...times: (string | undefined)[]): string {
  return times.reduce<string>((one, other) => (other !== undefined && other > one ? other : one), '');
}
