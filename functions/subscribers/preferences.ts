import { isoTime } from '../shared/clock.ts';
import type { Preferences } from './reader-input.ts';
import { ATTEMPTS, type SubscriberServices } from './sign-up.ts';
import type { ConsentEvent, Subscriber } from './subscriber.ts';

type Services = Pick<SubscriberServices, 'subscribers' | 'clock'>;

/** How a reader told us: by the button of a mail program, on a page of ours, or through a program that sent JSON. */
export type Way = 'one-click' | 'page' | 'json';

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

/** Unsubscribes the reader from one edition or from all. Doing it a second time changes nothing. */
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
