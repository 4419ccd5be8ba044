import { isoTime, laterOf } from '../services.ts';
import type { FrozenIssue } from './issue.ts';
import type { EditionCursor } from './issue-store.ts';
import { OVERLAP_MILLISECONDS, RECENT_ISSUES } from './select-stories.ts';

/** An issue takes its stories with it: no other has them. */
export function cursorAfter(cursor: EditionCursor, slot: string, frozen: FrozenIssue): EditionCursor {
  const recent = [{ slot, storyIds: frozen.storyIds }, ...cursor.recent].slice(0, RECENT_ISSUES);
  const until = cursor.until ? laterOf(cursor.until, frozen.until) : frozen.until;
  return { version: cursor.version + 1, until, recent };
}

/**
 * An issue that is not sent after all gives its stories back: the next one looks from where this one did. What others
 * took meanwhile stays theirs, by its ids.
 */
export function cursorWithout(cursor: EditionCursor, slot: string, frozen: FrozenIssue): EditionCursor {
  const before = isoTime(Date.parse(frozen.after) + OVERLAP_MILLISECONDS);
  return {
    version: cursor.version + 1,
    // Another may have given back older ones.
    until: cursor.until && cursor.until < before ? cursor.until : before,
    recent: cursor.recent.filter((issue) => issue.slot !== slot),
  };
}
