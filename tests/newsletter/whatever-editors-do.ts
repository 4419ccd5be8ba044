import fc from 'fast-check';
import { expect } from 'vitest';
import { sendIssue, withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { storeReader } from '../support/readers.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const EDITIONS = {
  daily: { max: 2, fits: () => true },
  culture: { max: 1, fits: ({ section }: Story) => section === 'culture' },
};
type EditionName = keyof typeof EDITIONS;

type Fields = { section: string; featured: boolean; status: 'draft' | 'published' };
type Act =
  | ({ what: 'put'; id: string; inHours: number | undefined } & Fields)
  | { what: 'retract'; id: string }
  | { what: 'issue'; edition: EditionName }
  | { what: 'wait'; hours: number };

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('put' as const),
      id,
      inHours: fc.constantFrom(undefined, undefined, -100_000, -30, -1, 0, 1, 20, 200),
      section: fc.constantFrom('culture', 'harbour'),
      featured: fc.boolean(),
      status: fc.constantFrom('draft' as const, 'published' as const, 'published' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('retract' as const), id }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('issue' as const),
      edition: fc.constantFrom<EditionName[]>('daily', 'culture'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('wait' as const), hours: fc.constantFrom(1, 19, 24, 180) }),
  },
);

/** What editors know about a story. Times are in milliseconds. */
type Story = Fields & {
  id: string;
  retracted: boolean;
  /** The date of the story. `dated` says whether an editor gave it. */
  date: number;
  dated: boolean;
  /** When the story first became public here; undefined if it never did. */
  since: number | undefined;
};
type Memory = { sent: Set<string>; last: number; passed: number };

/**
 * Returns the ids that the issue must have by docs/decisions/new-to-an-edition.md, worked out only from what the
 * editors did.
 */
function expected(stories: Story[], edition: EditionName, memory: Memory, now: number): string[] {
  const { fits, max } = EDITIONS[edition];
  const oldest = Math.min((memory.last || now) - DAY, now - 3 * DAY);
  const isNew = ({ id: story, since = 0, date }: Story) =>
    !memory.sent.has(story) &&
    date >= oldest &&
    since > memory.passed &&
    (since > now - WEEK || since >= memory.last);
  const all = stories
    .filter((story) => isPublic(story, now) && fits(story) && isNew(story))
    .sort(
      (a, b) =>
        Number(b.featured) - Number(a.featured) || (b.since ?? 0) - (a.since ?? 0) || (a.id < b.id ? 1 : -1),
    );
  const taken = all.slice(0, max).map((story) => story.id);
  if (taken.length === 0) return [];
  for (const story of taken) memory.sent.add(story);
  memory.last = now;
  memory.passed = Math.max(memory.passed, ...all.slice(max).map(({ since = 0 }) => since));
  return taken;
}

const isPublic = ({ status, retracted, date }: Story, now: number) =>
  status === 'published' && !retracted && date <= now;

async function put(
  world: World,
  previous: Story | undefined,
  { id: story, inHours, ...fields }: Act & { what: 'put' },
) {
  const now = world.now();
  const given = inHours === undefined ? undefined : now + inHours * HOUR;
  const answer = await world.edit('PUT', `/api/articles/${story}`, {
    title: story,
    content: { html: `<p>${story}</p>` },
    language: 'en',
    section: fields.section,
    featured: fields.featured,
    status: fields.status,
    ...(given !== undefined && { publishedAt: new Date(given).toISOString() }),
  });
  expect(answer.ok, await answer.clone().text()).toBe(true);
  const keepsDate = previous && (previous.dated || previous.since !== undefined);
  return {
    id: story,
    section: fields.section,
    featured: fields.featured,
    status: fields.status,
    retracted: false,
    date: given ?? (keepsDate ? previous.date : now),
    dated: given !== undefined || (previous?.dated ?? false),
    since: previous?.since,
  };
}

/**
 * Lets editors do anything, in `numRuns` random runs. Each issue must have the stories that are new to its edition, fit
 * it and have room in it, and no story may be in two issues of an edition. Returns how many issues were sent, and with
 * how many stories.
 */
export async function tryWhateverEditorsDo(
  numRuns: number,
  seed?: number,
): Promise<{ issues: number; mailed: number }> {
  let issues = 0;
  let mailed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 40 }), async (acts) => {
      const world = await setUp({
        config: withEditions(
          { id: 'daily', stories: { min: 1, max: EDITIONS.daily.max, mostRecent: 0 } },
          {
            id: 'culture',
            filter: { sections: ['culture'] },
            stories: { min: 1, max: EDITIONS.culture.max, mostRecent: 0 },
          },
        ),
      });
      await storeReader(world, 'en@reader.example', { editions: ['daily', 'culture'] });
      const stories = new Map<string, Story>();
      const memories: Record<EditionName, Memory> = {
        daily: { sent: new Set(), last: Number.POSITIVE_INFINITY, passed: 0 },
        culture: { sent: new Set(), last: Number.POSITIVE_INFINITY, passed: 0 },
      };
      const all: Record<EditionName, string[]> = { daily: [], culture: [] };
      /** Notes the stories that have become public since the last act, for example because an embargo has ended. */
      const settle = (since: (story: Story) => number) => {
        for (const story of stories.values()) if (isPublic(story, world.now())) story.since ??= since(story);
      };
      for (const each of acts) {
        settle(({ date }) => date);
        if (each.what === 'wait') world.pass(each.hours * HOUR);
        if (each.what === 'put') {
          stories.set(each.id, await put(world, stories.get(each.id), each));
          settle(() => world.now());
        }
        const story = each.what === 'retract' && stories.get(each.id);
        if (story) {
          expect((await world.edit('DELETE', `/api/articles/${story.id}`)).status).toBe(204);
          story.retracted = true;
        }
        if (each.what === 'issue') {
          const ids = await sendIssue(world, each.edition);
          expect(ids).toEqual(
            expected([...stories.values()], each.edition, memories[each.edition], world.now()),
          );
          all[each.edition].push(...ids);
          issues += ids.length > 0 ? 1 : 0;
          mailed += ids.length;
        }
      }
      for (const ids of Object.values(all)) expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns, ...(seed !== undefined && { seed }) },
  );
  return { issues, mailed };
}
