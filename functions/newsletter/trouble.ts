import { DAY_MILLISECONDS, isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Decision, Hindrance, Issue } from './issue.ts';
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

export const TROUBLE_KINDS = [
  /** The hour of the issue has come, and no mail of it was accepted yet. */
  'unsent',
  /** Its mails could not be made. */
  'not-composed',
  /** Some readers have it, and for some time no further mail was accepted. */
  'stalled',
  /** It waits until a person has mended something and resumed it. */
  'stopped',
  /** It was due by the schedule, and was given up. */
  'skipped',
  /** Its hour was long past when it could have been started, so it was not started. */
  'left-out',
] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** In this time an issue is composed, its readers are planned, and the provider accepts the first batch. */
export const BEGINS_WITHIN = 2 * MINUTE_MILLISECONDS;
/** While an issue is being sent, a batch is accepted every few seconds, and at the slowest pace every minute. */
const ACCEPTED_WITHIN = 10 * MINUTE_MILLISECONDS;
/** After this time, nobody waits for the issue any more. */
const NEWS_FOR = DAY_MILLISECONDS;

/**
 * Returns the trouble that an issue is in at `now` (milliseconds), or undefined if all is well. `decision` is the last
 * decision on its draft.
 */
export function troubleOf(issue: Issue, decision: Decision | undefined, now: number): Trouble | undefined {
  switch (issue.state) {
    case 'new':
      return composing(issue) ?? unsent(now, dueOf(issue), 'it is not composed yet, and no error is known');
    case 'draft':
      return composing(issue) ?? draft(issue, decision, now);
    case 'sending':
      return composing(issue) ?? sending(issue, now);
    case 'stopped':
      return recent(issue, now)
        ? { kind: 'stopped', since: issue.scheduledAt, reason: reasonOf(issue) }
        : undefined;
    case 'skipped': {
      const wasDue = localTimeOfSlot(issue.slot) !== undefined && decision?.what !== 'held';
      if (!wasDue || !recent(issue, now)) return undefined;
      return { kind: 'skipped', since: issue.scheduledAt, reason: reasonOf(issue) };
    }
    case 'sent':
      return undefined;
  }
}

function composing({ composition, composeFailure }: Issue): Trouble | undefined {
  if (composeFailure?.composition !== composition) return undefined;
  const { at, reason } = composeFailure;
  return { kind: 'not-composed', since: at, reason: `its mails cannot be made: ${reason}` };
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
  if (planned - doneOf(issue) - ahead <= 0 && partsPlanned >= parts) return undefined;
  // Readers who get the issue at their own hour could not get it before that hour.
  const waves = Object.keys(issue.waves).map((time) => Date.parse(time));
  const begun = Math.max(dueOf(issue), Date.parse(startedAt), ...waves.filter((time) => time <= now));
  if (issue.sent === 0) return unsent(now, begun, answered(lastAnswer, begun));
  const since = Math.max(begun, lastAccepted(issue));
  if (now - since < ACCEPTED_WITHIN) return undefined;
  return { kind: 'stalled', since: isoTime(since), reason: answered(lastAnswer, since) };
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
  return `the mail provider answered at ${answer.at}: ${answer.reason}`;
}

function unsent(now: number, due: number, reason: string): Trouble | undefined {
  return now - due < BEGINS_WITHIN ? undefined : { kind: 'unsent', since: isoTime(due), reason };
}

/** Returns when the issue should go out (milliseconds). It may have been started late, or have been asked for early. */
function dueOf({ scheduledAt, createdAt, review }: Issue): number {
  return Math.max(Date.parse(review?.releaseAt ?? scheduledAt), Date.parse(createdAt));
}

function recent({ scheduledAt }: Issue, now: number): boolean {
  return now - Date.parse(scheduledAt) < NEWS_FOR;
}

function reasonOf({ reason = 'no reason is known' }: Issue): string {
  return reason;
}
