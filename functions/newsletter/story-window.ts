import type { EditionSettings } from '../settings/publication.ts';
import { DAY_MILLISECONDS, isoTime } from '../shared/clock.ts';
import type { EditionCursor } from './issue-store.ts';
import { lastRun } from './slot.ts';

/**
 * The next issue looks at stories that first became public after `after` and not later than `until`, and whose own date
 * is not before `datedFrom`. All three are ISO 8601.
 */
export type StoryWindow = { after: string; until: string; datedFrom: string };

const WEEK_MILLISECONDS = 7 * DAY_MILLISECONDS;

/**
 * The window of an issue begins at least this long before the end of the last issue's window. The time at which a story
 * becomes public is set before its transaction is committed. So the story may appear in the table after an issue that
 * should have had it. Stories that were sent already are known by their ids, and are not sent again.
 */
export const OVERLAP_MILLISECONDS = 10 * 60 * 1000;

/**
 * Returns the window of the next issue. The span in which its stories became public is a week long, so that an issue
 * still finds a story that begins to fit the edition late, for example because it was moved into the right section. The
 * span is longer if the last issue was more than a week ago.
 */
export function storyWindow(edition: EditionSettings, cursor: EditionCursor, now: number): StoryWindow {
  const lastLine = cursor.until ? Date.parse(cursor.until) - OVERLAP_MILLISECONDS : now;
  return {
    after: isoTime(Math.min(lastLine, now - WEEK_MILLISECONDS)),
    until: isoTime(now),
    datedFrom: isoTime(oldestNews(edition, cursor, now)),
  };
}

/** Every story that is younger than this is news, however often the edition is sent. */
const ALWAYS_NEWS_MILLISECONDS = 3 * DAY_MILLISECONDS;

/**
 * A story often comes in some hours after its own date, because editors or their CMS are late. So the limit is this
 * long before the last issue.
 */
const LATE_MILLISECONDS = DAY_MILLISECONDS;

/**
 * Returns the date (milliseconds) from which on a story is news to the edition: `stories.maxAgeDays` of the settings
 * before `now`. Without that setting it is the last issue, or three days before `now` if that is earlier.
 */
function oldestNews(edition: EditionSettings, cursor: EditionCursor, now: number): number {
  const { maxAgeDays } = edition.stories;
  if (maxAgeDays !== undefined) return now - maxAgeDays * DAY_MILLISECONDS;
  const lastIssue = cursor.until ? Date.parse(cursor.until) : slotBefore(edition, now);
  return Math.min(lastIssue - LATE_MILLISECONDS, now - ALWAYS_NEWS_MILLISECONDS);
}

/**
 * Returns when the issue before the first one would have been due, at most a week ago. The slot for which the first
 * issue is sent is less than a day ago, and does not count.
 */
function slotBefore(edition: EditionSettings, now: number): number {
  const aWeekAgo = now - WEEK_MILLISECONDS;
  return lastRun(edition, aWeekAgo - DAY_MILLISECONDS, now - DAY_MILLISECONDS) ?? aWeekAgo;
}
