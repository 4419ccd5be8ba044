import { expect } from 'vitest';
import type { IssueRef } from '../../functions/newsletter/issue-store.ts';
import { nextRun, slotOf } from '../../functions/newsletter/slot.ts';
import { shardOf } from '../../functions/subscribers/subscriber.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import type { WatchedProcess } from './watched-process.ts';

/** A newspaper whose readers stay from run to run. Each run has a new day, new stories and a new issue. */
export type Newspaper = { home: World; readers: Reader[] };
export type Reader = { id: string; email: string; language: string; topics: string[] };

/**
 * All readers are in two shards, and both shards have readers of more than one kind. The largest kind has more readers
 * than one batch takes.
 */
const PLACES = [
  { shard: 3, language: 'en', topics: [], share: 0.55 },
  { shard: 3, language: 'es', topics: [], share: 0.2 },
  { shard: 11, language: 'en', topics: ['harbour'], share: 0.1 },
  { shard: 11, language: 'es', topics: [], share: 0.1 },
  { shard: 11, language: 'en', topics: ['culture'], share: 0.05 },
];

export async function newspaper(count: number): Promise<Newspaper> {
  const world = await setUp();
  const [daily] = world.config.publication.editions;
  if (!daily) throw new Error('the settings have no edition');
  const publication = { ...world.config.publication, editions: [daily] };
  const home = await setUp({ sharing: world, config: { ...world.config, publication } });
  const numbers = new Map(PLACES.map(({ shard }) => [shard, 0]));
  const nextIn = (shard: number): string => {
    let number = numbers.get(shard) ?? 0;
    while (shardOf(`reader-${number}`) !== shard) number += 1;
    numbers.set(shard, number + 1);
    return `reader-${number}`;
  };
  const readers = PLACES.flatMap(({ shard, share, ...choice }) =>
    Array.from({ length: Math.round(count * share) }, () => {
      const id = nextIn(shard);
      return { id, email: `${id}@reader.example`, ...choice };
    }),
  );
  for (const reader of readers) await join(home, reader);
  await home.tick();
  return { home, readers };
}

async function join({ services }: World, reader: Reader): Promise<void> {
  const at = '2026-11-01T00:00:00.000Z';
  const subscriber = { ...reader, version: 1, editions: ['daily'], confirmedAt: at, updatedAt: at };
  await services.subscribers.write(
    undefined,
    { ...subscriber, consent: { at, source: 'sign-up' } },
    { at, what: 'confirmed', editions: ['daily'] },
  );
}

/** Sets the editions that a reader gets from now on. */
export async function setEditions({ services }: World, { id }: Reader, editions: string[]): Promise<void> {
  const previous = await services.subscribers.get(id);
  if (!previous) throw new Error(`there is no reader ${id}`);
  const at = new Date(services.clock()).toISOString();
  await services.subscribers.write(
    previous,
    { ...previous, version: previous.version + 1, editions, updatedAt: at },
    { at, what: editions.length === 0 ? 'left' : 'preferences', editions },
  );
}

/** Posts the stories of a new day. Then sets the clock to half a minute before the issue is due. */
export async function newDay({ home }: Newspaper): Promise<IssueRef> {
  const [daily] = home.config.publication.editions;
  const due = daily && nextRun(daily, home.now());
  if (!daily || !due) throw new Error('the daily has no next issue');
  for (const choice of [
    { language: 'en', section: 'harbour' },
    { language: 'en', section: 'culture' },
    { language: 'es', section: 'puerto' },
  ])
    await postStory(home, choice);
  await home.queue.drain();
  home.time.now = due - 30_000;
  return { edition: daily.id, slot: slotOf(new Date(due).toISOString(), daily.timeZone) };
}

/** Runs a process at the hour of the issue. The process has been running for a while, and has just swept. */
export async function atItsHour(process: WatchedProcess): Promise<void> {
  await process.minute();
  process.pass(30_000);
  await process.minute();
}

/** A fault may delay an issue by this many minutes. */
const MINUTES = 60;

/** Checks whether an issue is still on its way. A stopped one waits for a person, and the sweep looks after it too. */
async function isUnderWay({ services: { issues } }: WatchedProcess): Promise<boolean> {
  for (const ref of await issues.open()) if ((await issues.get(ref))?.state !== 'stopped') return true;
  return false;
}

/** Ticks a process until no issue is on its way, and for one minute more. */
export async function recover(process: WatchedProcess): Promise<void> {
  for (let minute = 0; minute < MINUTES; minute++) {
    process.pass(60_000);
    await process.minute();
    if (!(await isUnderWay(process))) {
      process.pass(60_000);
      return process.minute();
    }
  }
  throw new Error(`an issue is on its way after ${MINUTES} minutes`);
}

export type Verdict = { owed: number; lost: string[]; repeated: string[]; strangers: string[] };

/** Returns who got the issue and how often, as the mail provider recorded it. */
export function verdict({ home, readers }: Newspaper, { edition, slot }: IssueRef, owed = readers): Verdict {
  const got = new Map<string, number>();
  for (const { to, key } of home.mails)
    if (key.startsWith(`issue/${edition}.${slot}/`)) got.set(to, (got.get(to) ?? 0) + 1);
  const entitled = new Set(owed.map(({ email }) => email));
  return {
    owed: owed.length,
    lost: [...entitled].filter((email) => !got.has(email)),
    repeated: [...got].filter(([, times]) => times > 1).map(([email]) => email),
    strangers: [...got.keys()].filter((email) => !entitled.has(email)),
  };
}

/** Expects that every reader got the issue once and nobody else got it, and that the counts of the issue say so. */
export async function expectOnce(paper: Newspaper, ref: IssueRef, owed = paper.readers): Promise<Verdict> {
  const found = verdict(paper, ref, owed);
  expect(found).toEqual({ owed: owed.length, lost: [], repeated: [], strangers: [] });
  const issue = await paper.home.services.issues.get(ref);
  expect(issue).toMatchObject({ state: 'sent', sent: owed.length, failed: 0 });
  expect(issue?.planned).toBe((issue?.sent ?? 0) + (issue?.failed ?? 0) + (issue?.left ?? 0));
  return found;
}

/** Forgets the mails of a run, because they must not count in the next run. */
export function forget({ home }: Newspaper): void {
  home.mails.length = 0;
  home.account.requests.length = 0;
}
