import { type Clock, isoTime } from '../shared/clock.ts';
import { addressHash } from './email-address.ts';
import type { Lookups } from './import-reader.ts';
import type { ListedAddress } from './listed-address.ts';
import type { LineResult } from './report-lines.ts';
import { ATTEMPTS } from './sign-up.ts';
import { type ConsentEvent, ENDED_BY_CONSENT, type Subscriber, type Suppression } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';
import { lastingSuppression, type SuppressionStore } from './suppression.ts';

export type ListServices = { subscribers: SubscriberStore; suppressions: SuppressionStore; clock: Clock };
/** `unsubscribed` has the editions that the reader got here until now. */
export type Listed = LineResult & { unsubscribed?: string[] };

/**
 * Suppresses an address that is on a list, and unsubscribes its reader from all editions here. Both are written
 * together, so no import and no confirmation comes between them. What the list says does not weaken a suppression that
 * the address has already. A dry run decides the same and writes nothing, so it does not see what earlier lines of the
 * list would have changed.
 */
export async function suppressListed(
  { subscribers, suppressions, clock }: ListServices,
  lookups: Lookups,
  listed: ListedAddress,
  isDryRun: boolean,
): Promise<Listed> {
  const hash = addressHash(listed.email);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [previous, id] = await Promise.all([lookups.suppression(hash), lookups.id(hash)]);
    const reader = id ? await lookups.reader(id) : undefined;
    if (reader && hasComeBack(reader, listed)) {
      const reason = `signed up here on ${dayOf(reader.consent.at)}, which is later, and stays subscribed`;
      return { result: 'unchanged', reason };
    }
    const now = isoTime(clock());
    const { reason, at = now } = listed;
    const next = lastingSuppression(previous, {
      ...{ reason, at, detail: FROM_A_LIST },
      ...(reason === 'left' && { leftAt: at }),
    });
    const isSuppressed = next === previous;
    const unsubscribed = reader?.editions ?? [];
    if (isSuppressed && unsubscribed.length === 0) return { result: 'unchanged' };
    const done: Listed = {
      result: previous ? 'updated' : 'added',
      ...(unsubscribed.length > 0 && { unsubscribed }),
      ...(reader && mayHaveComeBack(reader, listed)),
    };
    if (isDryRun) return done;
    const isWritten = reader
      ? await subscribers.write(reader, withoutEditions(reader, now), leftEvent(reason, now), {
          ...(!isSuppressed && { suppression: { previous, next } }),
        })
      : await suppressions.suppressWithoutReader(hash, previous, next);
    if (isWritten) return done;
  }
  throw new Error(`the address ${hash.slice(0, 12)} could not be suppressed: its reader kept changing`);
}

const FROM_A_LIST = 'from a list';

/**
 * Decides whether the reader has signed up here after the time that the list names. A sign-up does not end a complaint
 * or a refusal.
 */
function hasComeBack({ consent }: Subscriber, { reason, at }: ListedAddress): boolean {
  if (at === undefined || !ENDED_BY_CONSENT.includes(reason)) return false;
  return consent.source === 'sign-up' && consent.at > at;
}

/** Says what the editor can do if the list names no time, and the reader may have signed up here after leaving there. */
function mayHaveComeBack({ consent, editions }: Subscriber, { at }: ListedAddress): { reason?: string } {
  if (at !== undefined || consent.source !== 'sign-up' || editions.length === 0) return {};
  const reason = `had signed up here on ${dayOf(consent.at)}; if the list says when readers left (at), those who signed up later stay`;
  return { reason };
}

function withoutEditions(reader: Subscriber, now: string): Subscriber {
  return { ...reader, editions: [], version: reader.version + 1, updatedAt: now };
}

function leftEvent(reason: Suppression['reason'], at: string): ConsentEvent {
  const what = reason === 'left' ? 'left' : 'suppressed';
  return { at, what, editions: [], detail: `${reason}, ${FROM_A_LIST}` };
}

function dayOf(iso: string): string {
  return iso.slice(0, 10);
}
