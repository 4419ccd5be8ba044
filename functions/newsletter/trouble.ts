import { isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { ComposeFailure, Decision, Hindrance, Issue, TroubleKind } from './issue.ts';
import { doneOf, wavesAhead } from './issue-progress.ts';
import { localTimeOfSlot } from './slot.ts';

/** Why readers do not get an issue that was due. */
export type Trouble = {
  kind: TroubleKind;
  /** ISO 8601. */
  since: string;
  /** A sentence for people. */
  reason: string;
};

/** In this time an issue is composed, its readers are planned, and the provider accepts the first batch. */
export const BEGINS_WITHIN_MILLISECONDS = 2 * MINUTE_MILLISECONDS;
/** While an issue is being sent, a batch is accepted every few seconds, and at the slowest pace every minute. */
const ACCEPTED_WITHIN_MILLISECONDS = 10 * MINUTE_MILLISECONDS;
/** Composing is repeated every minute. An older failure was followed by an attempt that did not fail. */
const FAILURE_COUNTS_MILLISECONDS = 3 * MINUTE_MILLISECONDS;

/**
 * Returns the trouble that an issue is in at `now` (milliseconds), or undefined if all is well. `decision` is the last
 * decision on its draft.
 */
export function troubleOf(issue: Issue, decision: Decision | undefined, now: number): Trouble | undefined {
  switch (issue.state) {
    case 'new':
      return (
        notComposed(issue, now) ?? unsent(now, dueOf(issue), 'it is not composed yet, and no error is known')
      );
    case 'draft':
      return notComposed(issue, now) ?? draft(issue, decision, now);
    case 'sending':
      return notComposed(issue, now) ?? sending(issue, now);
    case 'stopped':
      return { kind: 'stopped', since: issue.scheduledAt, reason: reasonOf(issue) };
    case 'skipped': {
      const wasDue = localTimeOfSlot(issue.slot) !== undefined && decision?.what !== 'held';
      return wasDue ? { kind: 'skipped', since: issue.scheduledAt, reason: reasonOf(issue) } : undefined;
    }
    case 'sent':
      return failed(issue);
  }
}

function notComposed({ composition, composeFailure, startedAt }: Issue, now: number): Trouble | undefined {
  if (composeFailure?.composition !== composition || startedAt !== undefined) return undefined;
  const { at, since, reason } = composeFailure;
  if (now - Date.parse(at) > FAILURE_COUNTS_MILLISECONDS) return undefined;
  return { kind: 'not-composed', since, reason: `its mails cannot be made: ${reason}` };
}

/** Returns the failure as it is stored. A failure that follows another within minutes is the same trouble. */
export function composeFailureOf(
  { composition, composeFailure: last }: Issue,
  { at, reason }: Hindrance,
): ComposeFailure {
  const goesOn =
    last?.composition === composition && Date.parse(at) - Date.parse(last.at) <= FAILURE_COUNTS_MILLISECONDS;
  return { at, reason, composition, since: goesOn ? last.since : at };
}

function draft(issue: Issue, decision: Decision | undefined, now: number): Trouble | undefined {
  if (decision?.what === 'held') return undefined;
  const waits = decision === undefined && issue.review?.otherwise === 'hold';
  return unsent(
    now,
    dueOf(issue),
    waits ? 'its draft waits for an editor to approve it' : 'its draft was not released',
  );
}

function sending(issue: Issue, now: number): Trouble | undefined {
  const { startedAt, planned, parts, partsPlanned, lastAnswer } = issue;
  if (startedAt === undefined)
    return unsent(now, dueOf(issue), 'its mails are made, and its readers are not planned yet');
  const ahead = wavesAhead(issue, now).reduce((sum, wave) => sum + wave.planned, 0);
  const waiting = planned - doneOf(issue) - ahead;
  if (waiting <= 0 && partsPlanned >= parts) return undefined;
  const begun = Math.max(dueOf(issue), Date.parse(startedAt));
  const since = waitingSince(issue, Math.max(begun, lastAccepted(issue)), waiting, now);
  const reason = answered(lastAnswer, since);
  if (issue.sent === 0) return unsent(now, since, reason);
  if (now - since < ACCEPTED_WITHIN_MILLISECONDS) return undefined;
  return { kind: 'stalled', since: isoTime(since), reason };
}

/**
 * Returns since when readers wait (milliseconds). Nothing was accepted since `from`. If all who wait get the issue at
 * their own hour, and that hour came after `from`, they wait since the first of these hours.
 */
function waitingSince(issue: Issue, from: number, waiting: number, now: number): number {
  const begun = Object.entries(issue.waves)
    .map(([time, planned]) => ({ at: Date.parse(time), planned }))
    .filter(({ at }) => at > from && at <= now);
  const later = begun.reduce((sum, { planned }) => sum + planned, 0);
  return begun.length === 0 || waiting > later ? from : Math.min(...begun.map(({ at }) => at));
}

/** Returns when the last batch was accepted (milliseconds), to the minute. Before the first note it is 0. */
function lastAccepted({ notes = [], sent }: Issue): number {
  const [newest] = notes.slice(-1);
  if (!newest || newest.sent < sent) return newest?.at ?? 0;
  return notes.find((note) => note.sent === newest.sent)?.at ?? 0;
}

function answered(answer: Hindrance | undefined, since: number): string {
  if (!answer || Date.parse(answer.at) < since)
    return 'no request to the mail provider is known to have failed';
  return `the last request to the mail provider failed at ${answer.at}: ${answer.reason}`;
}

function unsent(now: number, due: number, reason: string): Trouble | undefined {
  return now - due < BEGINS_WITHIN_MILLISECONDS ? undefined : { kind: 'unsent', since: isoTime(due), reason };
}

/** Returns when the issue should go out (milliseconds). It may have been started late, or have been asked for early. */
function dueOf({ scheduledAt, createdAt, review }: Issue): number {
  return Math.max(Date.parse(review?.releaseAt ?? scheduledAt), Date.parse(createdAt));
}

/** More than half of the readers did not get the issue, although every batch has its outcome. */
function failed({ planned, failed: count, scheduledAt, lastAnswer }: Issue): Trouble | undefined {
  if (count * 2 <= planned) return undefined;
  const why = lastAnswer ? `; the mail provider said: ${lastAnswer.reason}` : '';
  return {
    kind: 'failed',
    since: scheduledAt,
    reason: `${count} of ${planned} readers did not get it, or nobody knows whether they did${why}`,
  };
}

function reasonOf({ reason = 'no reason is known' }: Issue): string {
  return reason;
}
