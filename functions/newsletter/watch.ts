import type { Config } from '../config.ts';
import { type EditionSettings, editionOf } from '../settings/publication.ts';
import { type Clock, isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { type Outbox, writtenAt } from '../shared/outbox.ts';
import { type Issue, issueId } from './issue.ts';
import type { IssueStore } from './issue-store.ts';
import type { ReviewStore } from './review-store.ts';
import type { Followed, ScheduleStore } from './schedule-store.ts';
import { LATEST_HOURS } from './slot.ts';
import { whatIsDue } from './start-issue.ts';
import { BEGINS_WITHIN, type Trouble, troubleOf } from './trouble.ts';

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

/** How many of an edition's last issues are looked at. */
const LOOKED_AT = 5;

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
  if (isNotStarted(edition, followed, clock())) found.late += 1;
  for (const { issue, trouble } of await withTrouble(services, id)) {
    const isNew = trouble !== undefined && trouble.kind !== issue.told;
    if (trouble?.kind === 'skipped') found.missed += isNew ? 1 : 0;
    else if (trouble) found.late += 1;
    if (isNew) {
      tell(services.log, id, issue, trouble);
      await services.issues.markTold(issue, issue.told, trouble.kind);
    } else if (issue.told && !trouble && issue.state !== 'sent') {
      services.log.info('an issue goes on again', { edition: id, issue: issueId(issue), was: issue.told });
      await services.issues.markTold(issue, issue.told, undefined);
    }
  }
  return found;
}

/** Checks whether an issue is due that could not be started. The tick has logged the reason. */
function isNotStarted(edition: EditionSettings, followed: Followed | undefined, now: number): boolean {
  try {
    const due = whatIsDue(edition, followed, now);
    return due.what === 'issue' && now - due.at >= BEGINS_WITHIN;
  } catch {
    // What is stored about the schedule makes no sense, so no issue of the edition starts.
    return true;
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

/** After this many minutes, what a change has to cause is late. The sweep sends a message for it every minute. */
const EVENT_MINUTES = 4;

/**
 * Looks at the outbox for what changes have to cause: letters to readers and editors, and what follows from changes of
 * articles. It is logged in the minute in which the oldest event becomes too old, so it is logged once. While that event
 * is still there, the younger events wait for the same reason.
 */
export async function watchOutbox({
  outbox,
  clock,
  log,
}: {
  outbox: Outbox;
  clock: Clock;
  log: Log;
}): Promise<void> {
  const minuteOf = (time: number) => Math.floor(time / MINUTE_MILLISECONDS);
  const before = isoTime(clock() - (EVENT_MINUTES - 1) * MINUTE_MILLISECONDS);
  const [oldest] = await outbox.leftBefore(before, 1);
  if (!oldest) return;
  const at = writtenAt(oldest.id);
  if (minuteOf(clock()) - minuteOf(at) !== EVENT_MINUTES) return;
  const what =
    oldest.event.kind === 'article-changed'
      ? 'changes of stories are not carried out: retracted stories stay in caches, and WebSub subscribers are not sent changes'
      : 'letters are not sent: sign-ups get no confirmation, or editors get no draft';
  log.error(what, { trouble: 'outbox', since: isoTime(at), event: oldest.id });
}

/** Returns the edition's last issues, newest first, each with the trouble that it is in. */
async function withTrouble({ issues, reviews, clock }: Omit<WatchServices, 'log'>, edition: string) {
  const now = clock();
  return Promise.all(
    (await issues.list(edition, LOOKED_AT)).map(async (issue) => {
      const decision = issue.review && (await reviews.decision(issue));
      return { issue, trouble: troubleOf(issue, decision, now) };
    }),
  );
}

/**
 * Returns what is wrong with an edition now: the issues that are in trouble, and what was skipped or left out since an
 * issue was last sent.
 */
export async function troublesOf(
  services: Omit<WatchServices, 'log'>,
  edition: string,
): Promise<EditionTrouble[]> {
  if (!editionOf(services.config.publication, edition)) return [];
  const last = await withTrouble(services, edition);
  const sentAt = last.find(({ issue }) => issue.state === 'sent')?.issue.createdAt ?? '';
  const troubles = last.flatMap(({ issue, trouble }): EditionTrouble[] => {
    const isOver = trouble?.kind === 'skipped' && issue.createdAt < sentAt;
    return trouble && !isOver ? [{ ...trouble, issue: issueId(issue) }] : [];
  });
  const leftOut = (await services.schedules.followed(edition))?.leftOut;
  if (leftOut && leftOut.scheduledAt > sentAt) troubles.push(leftOutTrouble(leftOut.scheduledAt));
  return troubles;
}

function leftOutTrouble(scheduledAt: NonNullable<Followed['leftOut']>['scheduledAt']): Trouble {
  const reason = `it was due at ${scheduledAt}, and could not be started within ${LATEST_HOURS} hours; its stories are in the next issue`;
  return { kind: 'left-out', since: scheduledAt, reason };
}
