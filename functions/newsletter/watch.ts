import type { Config } from '../config.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { type Clock, DAY_MILLISECONDS, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { type Issue, issueId } from './issue.ts';
import type { IssueStore } from './issue-store.ts';
import type { ReviewStore } from './review-store.ts';
import type { Followed, ScheduleStore } from './schedule-store.ts';
import { LATEST_HOURS } from './slot.ts';
import { whatIsDue } from './start-issue.ts';
import { BEGINS_WITHIN_MILLISECONDS, type Trouble, troubleOf } from './trouble.ts';

export type WatchServices = {
  config: Config;
  issues: IssueStore;
  reviews: ReviewStore;
  schedules: ScheduleStore;
  clock: Clock;
  log: Log;
};

/** What the tick has found about an edition. On AWS the alarms of the edition count these. */
export type EditionState = {
  edition: string;
  /** How many issues are due and do not reach their readers now. */
  late: number;
  /** How many issues that were due were found, in this tick, not to be sent at all. */
  missed: number;
};

/** An issue that is in trouble, or the slot of an issue that was left out. */
export type EditionTrouble = Trouble & { issue?: string };

/** How many of an edition's last issues are looked at. The schedule starts at most 24 a day. */
const LOOKED_AT = 50;

/**
 * Looks at every edition for issues that were due and do not reach their readers. What is found is logged as an error
 * once, and `report` gets the state of each edition every time.
 */
export async function watchEditions(
  services: WatchServices,
  report: (state: EditionState) => void,
): Promise<void> {
  const failed: string[] = [];
  for (const edition of services.config.publication.editions) {
    try {
      report(await watchEdition(services, edition));
    } catch (error) {
      failed.push(edition.id);
      services.log.error('an edition could not be watched; the next tick tries again', {
        edition: edition.id,
        error,
      });
    }
  }
  if (failed.length > 0) throw new Error(`these editions could not be watched: ${failed.join(', ')}`);
}

async function watchEdition(services: WatchServices, edition: EditionSettings): Promise<EditionState> {
  const { schedules, clock } = services;
  const { id } = edition;
  const found = { edition: id, late: 0, missed: 0 };
  const followed = await schedules.followed(id);
  if (followed?.leftOut && !followed.leftOut.told) {
    tell(services.log, id, undefined, leftOutTrouble(followed.leftOut.scheduledAt));
    await schedules.follow(id, { ...followed, leftOut: { ...followed.leftOut, told: true } });
    found.missed += 1;
  }
  if (notStarted(edition, followed, clock())) found.late += 1;
  for (const { issue, trouble } of await withTrouble(services, await lastDayOf(services, id))) {
    const isNew = trouble !== undefined && trouble.kind !== issue.told;
    if (trouble && GIVEN_UP.includes(trouble.kind)) found.missed += isNew ? 1 : 0;
    else if (trouble) found.late += 1;
    if (isNew) {
      tell(services.log, id, issue, trouble);
      await services.issues.markTold(issue, issue.told, trouble.kind);
    } else if (issue.told && !trouble && ON_ITS_WAY.includes(issue.state)) {
      services.log.info('an issue goes on again', { edition: id, issue: issueId(issue), was: issue.told });
      await services.issues.markTold(issue, issue.told, undefined);
    }
  }
  return found;
}

/** Nothing more happens to such an issue. So it is counted once. */
const GIVEN_UP: Trouble['kind'][] = ['skipped', 'failed'];
const ON_ITS_WAY: Issue['state'][] = ['new', 'draft', 'sending'];

/** Returns the trouble of a slot whose issue could not be started. The tick has logged the error. */
function notStarted(
  edition: EditionSettings,
  followed: Followed | undefined,
  now: number,
): Trouble | undefined {
  const reason = 'its issue could not be started; the log has the error';
  try {
    const due = whatIsDue(edition, followed, now);
    if (due.what !== 'issue' || now - due.at < BEGINS_WITHIN_MILLISECONDS) return undefined;
    return { kind: 'unsent', since: isoTime(due.at), reason };
  } catch {
    // What is stored about the schedule makes no sense, so no issue of the edition starts.
    return { kind: 'unsent', since: isoTime(now), reason };
  }
}

/** What an operator reads of each kind of trouble. */
const WORDS: Record<Exclude<Trouble['kind'], 'stopped'>, string> = {
  unsent: 'an issue is due and no reader has it yet',
  'not-composed': 'an issue cannot be composed, so no reader gets it; it is tried again every minute',
  stalled:
    'an issue has stopped on its way: for ten minutes the mail provider has accepted none of its mails',
  skipped: 'an issue that was due is not sent',
  'left-out': 'an issue was left out: its time was long past',
  failed: 'most readers of an issue did not get it',
};

function tell(log: Log, edition: string, issue: Issue | undefined, { kind, since, reason }: Trouble): void {
  // What stopped the issue has logged it already.
  if (kind === 'stopped') return;
  log.error(WORDS[kind], {
    edition,
    ...(issue && { issue: issueId(issue) }),
    trouble: kind,
    since,
    reason,
    ...(issue && { planned: issue.planned, sent: issue.sent }),
  });
}

/** Returns the edition's issues of the last day, and those that are still on their way. */
async function lastDayOf({ issues, clock }: WatchServices, edition: string): Promise<Issue[]> {
  const createdAfter = isoTime(clock() - DAY_MILLISECONDS);
  const recent = await issues.list(edition, LOOKED_AT, { createdAfter });
  return [...recent, ...(await openBeside(issues, edition, recent))];
}

async function openBeside(issues: IssueStore, edition: string, known: Issue[]): Promise<Issue[]> {
  const slots = new Set(known.map(({ slot }) => slot));
  const open = (await issues.open()).filter((ref) => ref.edition === edition && !slots.has(ref.slot));
  const found = await Promise.all(open.map((ref) => issues.get(ref)));
  return found.filter((issue) => issue !== undefined);
}

function withTrouble({ reviews, clock }: Pick<WatchServices, 'reviews' | 'clock'>, issues: Issue[]) {
  const now = clock();
  return Promise.all(
    issues.map(async (issue) => {
      const decision = issue.review && (await reviews.decision(issue));
      return { issue, trouble: troubleOf(issue, decision, now) };
    }),
  );
}

/** How many of the last issues the API looks at. Of what was skipped before these, it says nothing any more. */
const SHOWN = 10;

/**
 * Returns what is wrong with an edition now: the issues that are in trouble, and what was skipped or left out since an
 * issue was last sent.
 */
export async function troublesOf(
  services: Omit<WatchServices, 'log'>,
  edition: EditionSettings,
): Promise<EditionTrouble[]> {
  const { issues, schedules, clock } = services;
  const last = await issues.list(edition.id, SHOWN);
  const all = await withTrouble(services, [...last, ...(await openBeside(issues, edition.id, last))]);
  const sentAt = all.find(({ issue, trouble }) => issue.state === 'sent' && !trouble)?.issue.createdAt ?? '';
  const troubles = all.flatMap(({ issue, trouble }): EditionTrouble[] => {
    const isOver = trouble && GIVEN_UP.includes(trouble.kind) && issue.createdAt < sentAt;
    return trouble && !isOver ? [{ ...trouble, issue: issueId(issue) }] : [];
  });
  const followed = await schedules.followed(edition.id);
  const missing = notStarted(edition, followed, clock());
  if (missing) troubles.push(missing);
  const { leftOut } = followed ?? {};
  if (leftOut && !(await wasSentSince(issues, edition.id, leftOut.scheduledAt)))
    troubles.push(leftOutTrouble(leftOut.scheduledAt));
  return troubles;
}

async function wasSentSince(issues: IssueStore, edition: string, createdAfter: string): Promise<boolean> {
  const since = await issues.list(edition, LOOKED_AT, { createdAfter });
  return since.some(({ state }) => state === 'sent');
}

function leftOutTrouble(scheduledAt: NonNullable<Followed['leftOut']>['scheduledAt']): Trouble {
  const reason = `it was due at ${scheduledAt}, and could not be started within ${LATEST_HOURS} hours; its stories are in the next issue`;
  return { kind: 'left-out', since: scheduledAt, reason };
}
