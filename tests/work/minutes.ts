import type { EditionState } from '../../functions/newsletter/watch.ts';
import { runTick } from '../../functions/work/run-tick.ts';
import type { OutboxState } from '../../functions/work/watch-outbox.ts';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { addReaders, everyChoice } from '../support/readers.ts';

/**
 * Lets minutes pass, with a tick and the work of the queue in each. Half past seven in New York is 12:30 UTC in
 * November, and the clock starts at noon.
 */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const ID = 'daily.2026-11-22-0730';
export const DUE = '2026-11-22T12:30:00.000Z';

/** Sets up a reader and a story of one daily edition, and lets the clock reach the hour of the issue. */
export async function atTheHour(options: Parameters<typeof setUp>[0] = {}, readers = 1): Promise<World> {
  const world = await setUp({ config: withEditions({}), ...options });
  const choices = everyChoice(['harbour', 'culture', 'business']);
  await addReaders(world, readers, (index) => ({ topics: choices[index % choices.length] ?? [] }));
  for (const section of ['harbour', 'culture', 'business']) await postStory(world, { section });
  await world.tick();
  await world.queue.drain();
  world.pass(30 * MINUTE);
  return world;
}

/** What a tick reports for the alarms: the state of its only edition, and how many events of the outbox wait. */
export type Reported = Partial<EditionState & OutboxState>;

/** Lets a minute of work happen, and returns what the tick reports. */
export async function minute(world: World): Promise<Reported> {
  let reported: Reported = {};
  await runTick({
    ...world.services,
    report: (state) => {
      reported = { ...reported, ...state };
    },
  });
  await world.queue.drain();
  world.pass(MINUTE);
  return reported;
}
export async function minutes(world: World, count: number): Promise<Reported> {
  let last: Reported = {};
  for (let each = 0; each < count; each++) last = await minute(world);
  return last;
}

export const told = (world: World) =>
  world.log.lines
    .filter(({ level, fields }) => level === 'error' && fields?.trouble)
    .map(({ message, fields }): Record<string, unknown> => ({ message, ...fields }));
export const ofIssue = async (world: World) =>
  (await (await world.edit('GET', `/api/issues/${ID}`)).json()).trouble;
export const ofEdition = async (world: World) =>
  (await (await world.edit('GET', '/api/editions')).json()).editions[0].trouble;
