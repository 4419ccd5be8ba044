import type { EditionSettings } from '../../functions/settings/publication.ts';
import { testConfig } from '../support/config.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';

/** The clock starts at noon UTC. The daily is due at 12:30, and its draft half an hour before. */
export const MINUTE = 60_000;
export const ID = 'daily.2026-11-22-0730';
export const EDITOR = 'ana@paper.example';
export const READER = 'en@reader.example';

type Review = Partial<NonNullable<EditionSettings['review']>>;
type Options = NonNullable<Parameters<typeof setUp>[0]>;

export async function newsroom(
  review: Review = {},
  stories: Partial<EditionSettings['stories']> = {},
): Promise<World> {
  const publication = structuredClone(testConfig().publication);
  for (const edition of publication.editions) {
    edition.review = { editors: [EDITOR], minutesBefore: 30, otherwise: 'send', ...review };
    Object.assign(edition.stories, stories);
  }
  const world = await setUp({ config: { publication } });
  await storeReader(world, READER);
  await world.tick();
  return world;
}

/** Sets up a `newsroom`, posts a story about the ferry, and lets `after` minutes pass. Its draft is mailed in them. */
export async function draftOfFerry(review: Review = {}, after = 2): Promise<World> {
  const world = await newsroom(review);
  await postStory(world, FERRY);
  await minutes(world, after);
  return world;
}

/** Returns another process of the same installation, such as one with faults. */
export const anotherProcess = (world: World, options: Options = {}) =>
  setUp({ ...options, sharing: world, config: world.config });

/** In this many minutes at both ends of a time there is a tick each minute, and in between one in `STEP` minutes. */
const ENDS = 2;
const STEP = 10;

/**
 * Lets minutes pass, and does what ticks and the queue do in them. Little happens in the middle of a long time, so
 * there only every tenth minute has a tick.
 */
export async function minutes(world: World, count: number): Promise<void> {
  for (let minute = 1; minute <= count; minute++) {
    world.pass(MINUTE);
    if (minute > ENDS && minute <= count - ENDS && minute % STEP > 0) continue;
    await world.tick();
    await world.queue.drain();
  }
}

/** Returns the drafts that an editor got. */
export const drafts = (world: World, editor = EDITOR) =>
  world.mails.filter(({ to, key }) => to === editor && key.startsWith('draft/'));

/** Returns the path and query of the two links in a draft. */
export function links(mail: { text: string } | undefined): { approve: string; hold: string } {
  const [approve = '', hold = ''] = [
    ...(mail?.text ?? '').matchAll(/https:\/\/\S+(\/issues\/review\?token=\S+)/g),
  ].map(([, path]) => String(path));
  return { approve, hold };
}

/** Presses a button on the page of a link: the one for `answer`, or the one that the link is for. */
export const press = (world: World, link: string, answer?: string) =>
  world.request(link, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: answer ? `answer=${answer}` : '',
  });

export const FERRY = { id: 'ferry', title: 'The ferry returns' };
export const PIER = { id: 'pier', title: 'The pier opens' };
