import { type Clock, HOUR_MILLISECONDS, isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { isKnownEvent, type Outbox, type OutboxEntry, writtenAt } from '../shared/outbox.ts';

/** What the tick has found in the outbox. On AWS the alarm LettersWait counts it. */
export type OutboxState = {
  /** How many events wait for too long. More than `MOST` are not counted. */
  waiting: number;
};

/** After this time, what a change has to cause is late. The sweep sends a message for it every minute. */
const LATE_MILLISECONDS = 4 * MINUTE_MILLISECONDS;
const MOST = 100;
/** While some events wait, others that join them are told at most this often. */
const TOLD_AGAIN_MILLISECONDS = HOUR_MILLISECONDS;

/**
 * Looks at the outbox for what changes have to cause and what has waited for too long: letters to readers and editors,
 * and what follows from changes of articles. It is logged as an error once, and events that wait later are told within an
 * hour. Events of a newer version wait for that version, and do not count.
 */
export async function watchOutbox(
  { outbox, clock, log }: { outbox: Outbox; clock: Clock; log: Log },
  report: (state: OutboxState) => void,
): Promise<void> {
  const now = clock();
  const late = (await outbox.leftBefore(isoTime(now - LATE_MILLISECONDS), MOST)).filter(({ event }) =>
    isKnownEvent(event),
  );
  report({ waiting: late.length });
  const isNewsAgain = isoTime(now - TOLD_AGAIN_MILLISECONDS);
  const untold = late.filter(({ toldAt }) => toldAt === undefined);
  if (untold.length === 0 || late.some(({ toldAt = '' }) => toldAt > isNewsAgain)) return;
  for (const { message, events } of inWords(untold)) {
    const [oldest] = events;
    log.error(message, {
      trouble: 'outbox',
      waiting: events.length,
      since: oldest && isoTime(writtenAt(oldest.id)),
      oldest: oldest?.id,
    });
  }
  for (const { id } of untold) await outbox.markTold(id, isoTime(now));
}

function inWords(entries: OutboxEntry[]): { message: string; events: OutboxEntry[] }[] {
  const ofStories = entries.filter(({ event }) => event.kind === 'article-changed');
  const letters = entries.filter(({ event }) => event.kind !== 'article-changed');
  return [
    {
      message:
        'changes of stories are not carried out: retracted stories stay in caches, and WebSub subscribers are not sent changes',
      events: ofStories,
    },
    {
      message: 'letters are not sent: sign-ups get no confirmation, or editors get no draft',
      events: letters,
    },
  ].filter(({ events }) => events.length > 0);
}
