import * as z from 'zod';
import type { Config } from '../config.ts';
import { DAY_MILLISECONDS, isoTime } from '../shared/clock.ts';
import { instantOf, localDay } from '../shared/local-time.ts';
import { checkedInput, done, type Outcome } from '../shared/refusal.ts';
import { isDay, offeredFields, readerTimeZone, sortedTopics, withoutRepeats } from './reader-input.ts';
import { ATTEMPTS, type SubscriberServices } from './sign-up.ts';
import type { ConsentEvent, Subscriber } from './subscriber.ts';

/** What a reader chooses, and may change at any time. */
export type Preferences = Pick<Subscriber, 'language' | 'editions' | 'topics' | 'timeZone' | 'pausedUntil'>;

/** The longest pause, in days. A reader who wants a longer one can unsubscribe. */
export const MAX_PAUSE_DAYS = 366;

/**
 * Parses a change of preferences. A field that is absent keeps its value. `null` for `timeZone` means the time zone of
 * each edition, and `null` for `pausedUntil` ends a pause. `pausedUntil` is the day on which mails come again, in the
 * reader's time zone. With an empty list of editions the reader leaves them all.
 */
export function parsePreferences(
  config: Config,
  current: Preferences,
  input: Record<string, unknown>,
  now: number,
): Outcome<Preferences> {
  const { language, editions, topics, timeZone } = offeredFields(config);
  const wanted = timeZone.nullish().safeParse(input.timeZone);
  const chosen = wanted.data === undefined ? current.timeZone : (wanted.data ?? undefined);
  const schema = z.object({
    language: language.default(current.language),
    editions: editions.transform(withoutRepeats).default(current.editions),
    topics: topics.transform(sortedTopics).default(current.topics),
    timeZone: timeZone.nullish(),
    pausedUntil: pauseIn(readerTimeZone(config, { timeZone: chosen }), now).nullish(),
  });
  const parsed = checkedInput(schema, input);
  if (!parsed.ok) return parsed;
  const { pausedUntil, ...choice } = parsed.value;
  return done({
    ...choice,
    timeZone: chosen,
    pausedUntil: pausedUntil === undefined ? current.pausedUntil : (pausedUntil ?? undefined),
  });
}

/** Makes the schema of a day such as `2026-12-24`. The schema returns the time at which that day begins in the zone. */
function pauseIn(zone: string, now: number) {
  const [first, last] = [
    localDay(now + DAY_MILLISECONDS, zone),
    localDay(now + MAX_PAUSE_DAYS * DAY_MILLISECONDS, zone),
  ];
  return z
    .string({ error: 'must be a day, such as 2026-12-24, or null' })
    .refine((day) => isDay(day) && day >= first && day <= last, {
      error: `must be a day from ${first} to ${last}, or null`,
      abort: true,
    })
    .transform((day) => isoTime(instantOf(`${day}T00:00`, zone)));
}

/** How often one reader may save in an hour. A new choice is stored for ever and gets its own mail in every issue. */
export const CHANGES_AN_HOUR = 30;

/** Decides whether a reader may save once more this hour, and counts the attempt. */
export async function maySave(
  { throttle, clock }: Pick<SubscriberServices, 'throttle' | 'clock'>,
  subscriberId: string,
): Promise<boolean> {
  const limit = { key: `preferences#${subscriberId}`, max: CHANGES_AN_HOUR };
  return (await throttle.count([limit], clock())) === undefined;
}

type Services = Pick<SubscriberServices, 'subscribers' | 'clock'>;

/**
 * How a reader told us: by the button of a mail program, on a page of ours, through a program that sent JSON, or by
 * asking an editor.
 */
export type Way = 'one-click' | 'page' | 'json' | 'editor';

/** Saves what the reader chose, and a line in the consent log. Returns undefined if there is no such subscriber. */
export function savePreferences(
  services: Services,
  id: string,
  wanted: Preferences,
  way: Way,
): Promise<Subscriber | undefined> {
  return changeSubscriber(services, id, (previous) => ({
    next: wanted,
    what: wanted.editions.length === 0 && previous.editions.length > 0 ? 'left' : 'preferences',
    detail: [way, pauseInWords(previous, wanted)].filter(Boolean).join(', '),
  }));
}

/** Unsubscribes the reader from one edition or from all. A second request changes nothing. */
export function unsubscribe(
  services: Services,
  id: string,
  edition: string | 'all',
  way: Way,
): Promise<Subscriber | undefined> {
  return changeSubscriber(services, id, (previous) => ({
    next: {
      ...previous,
      editions: edition === 'all' ? [] : previous.editions.filter((each) => each !== edition),
    },
    what: 'left',
    detail: `${way}, ${edition}`,
  }));
}

type Change = Pick<ConsentEvent, 'what' | 'detail'> & { next: Preferences };

async function changeSubscriber(
  { subscribers, clock }: Services,
  id: string,
  decide: (subscriber: Subscriber) => Change,
): Promise<Subscriber | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const previous = await subscribers.get(id);
    if (!previous) return undefined;
    const { next: wanted, ...how } = decide(previous);
    if (comparable(wanted) === comparable(previous)) return previous;
    const { language, editions, topics, timeZone, pausedUntil } = wanted;
    const next: Subscriber = {
      ...previous,
      ...{ language, editions, topics, timeZone, pausedUntil },
      version: previous.version + 1,
      updatedAt: isoTime(clock()),
    };
    if (await subscribers.write(previous, next, { ...how, at: next.updatedAt, editions })) return next;
  }
  throw new Error(`subscriber ${id} could not be changed: other requests kept changing the subscriber`);
}

/** Returns a text that is equal for equal preferences. */
function comparable({ language, editions, topics, timeZone, pausedUntil }: Preferences): string {
  return JSON.stringify([language, editions, topics, timeZone, pausedUntil]);
}

function pauseInWords(previous: Preferences, { pausedUntil }: Preferences): string {
  if (pausedUntil === previous.pausedUntil) return '';
  return pausedUntil ? `paused until ${pausedUntil}` : 'resumed';
}
