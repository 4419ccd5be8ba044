import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createPublicApp } from '../../functions/app.ts';
import { PART_SIZES, type PartSizes } from '../../functions/feeds/archive.ts';
import { type ReadDocument, walk } from '../support/archive-reader.ts';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

/** Walks through archives whose months are divided into parts. */

/** Returns the ids of the articles, document by document. */
export const idsOf = (documents: ReadDocument[]): string[][] =>
  documents.map(({ entries }) => entries.map(({ id = '' }) => id.split('/').at(-1) ?? ''));

export async function postAt(
  world: World,
  id: string,
  publishedAt: string,
  fields: Record<string, unknown> = {},
): Promise<void> {
  const input = anArticleInput({ id, publishedAt, title: id, ...fields });
  expect((await world.edit('PUT', `/api/articles/${id}`, input)).status).toBe(201);
}

/** Posts `count` articles of one month, a minute apart. Returns their ids, the oldest first. */
async function fillMonth(world: World, count: number, month = '2026-10', prefix = 'n'): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${prefix}${n}`);
  const start = Date.parse(`${month}-03T00:00:00Z`);
  await Promise.all(ids.map((id, n) => postAt(world, id, new Date(start + n * 60_000).toISOString())));
  return ids;
}

/** Posts `count` articles with about `letters` letters each. Returns their ids, the oldest first. */
export async function bigArticles(
  world: World,
  count: number,
  month: string,
  letters: number,
): Promise<string[]> {
  const html = `<p>${'All the news that fits. '.repeat(letters / 24)}</p>`;
  const ids = Array.from({ length: count }, (_, n) => `big-${n + 10}`);
  for (const id of ids) await postAt(world, id, `${month}-03T00:${id.slice(4)}:00Z`, { content: { html } });
  return ids;
}

/**
 * Describes walks that follow the links of an archive from document to document. `times` multiplies the number of articles, so that
 * it fits the sizes of the parts. `longest` is the number of articles in the longest walk.
 */
export function describeWalks(times: number, longest: number, partSizes: PartSizes = PART_SIZES): void {
  const asking = async () => {
    const world = await setUp();
    const app = createPublicApp({ ...world.services, partSizes });
    const ask = async (path: string) => app.request(`https://paper.example${path}`);
    return { world, ask };
  };

  test('a walk forward from the oldest document of an archive meets the same documents as the walk back', async () => {
    const { world, ask } = await asking();
    await fillMonth(world, 18 * times);
    await fillMonth(world, 7 * times, '2026-08', 'a');
    await bigArticles(world, 25, '2026-09', 24_000 * times);
    for (const file of ['rss.xml', 'atom.xml']) {
      const back = await walk(ask, `/archive/2026-10/${file}`);
      const forth = await walk(ask, back.at(-1)?.url ?? '', 'next-archive');
      expect(forth.map(({ url }) => url)).toEqual(back.map(({ url }) => url).toReversed());
      expect(back.length).toBeGreaterThan(8);
    }
  });

  describe('a month of many articles', () => {
    test('is divided where a part would become too long, if no article ended the part before', async () => {
      const { world, ask } = await asking();
      const { mean, mostBlocks } = partSizes;
      const endsNone = Array.from({ length: 3 * mostBlocks }, (_, n) => `long-${n}`)
        .filter((id) => crc32(id) % mean !== 0)
        .slice(0, 2 * mostBlocks + 1);
      await Promise.all(endsNone.map((id) => postAt(world, id, '2026-10-03T00:00:00Z')));
      const parts = await walk(ask, '/archive/2026-10/atom.xml');
      expect(parts.map(({ entries }) => entries.length)).toEqual([mostBlocks, mostBlocks, 1]);
      expect(idsOf(parts).flat().toSorted()).toEqual(endsNone.toSorted());
    });

    test('is walked in parts that repeat no article, leave no article out, and do not exceed the largest size', async () => {
      const { world, ask } = await asking();
      const ids = await fillMonth(world, 50 * times);
      const [, ...parts] = await walk(ask, '/atom.xml');
      expect(parts.length).toBeGreaterThan(4);
      expect(idsOf(parts).flat()).toEqual(ids.toReversed());
      for (const { entries } of parts) expect(entries.length).toBeLessThanOrEqual(partSizes.mostBlocks);
    });

    test('has parts, and an article that is new, edited or retracted changes only its own part', async () => {
      const { world, ask } = await asking();
      await fillMonth(world, 30 * times);
      const month = '/archive/2026-10/atom.xml';
      const before = new Map((await walk(ask, month)).map(({ url, response }) => [url, response]));
      const changed = async () => {
        const now = await walk(ask, month);
        return now
          .filter(
            ({ url, response }) => before.get(url)?.headers.get('etag') !== response.headers.get('etag'),
          )
          .map(({ url, entries, response }) => {
            before.set(url, response);
            return entries.length;
          });
      };
      world.pass(60_000);
      await postAt(world, 'late', '2026-10-03T00:10:30Z');
      expect(await changed()).toHaveLength(1);
      await world.edit('PATCH', `/api/articles/n${20 * times}`, { title: 'New' });
      expect(await changed()).toHaveLength(1);
      await world.edit('DELETE', `/api/articles/n${15 * times}`);
      expect(await changed()).toHaveLength(1);
    });

    test('is walked completely even if all its articles have the same date', async () => {
      const { world, ask } = await asking();
      const ids = Array.from({ length: 25 * times }, (_, n) => `same-${n}`);
      await Promise.all(ids.map((id) => postAt(world, id, '2026-10-03T00:00:00Z')));
      const [, ...parts] = await walk(ask, '/feed.json');
      expect(idsOf(parts).flat().toSorted()).toEqual(ids.toSorted());
    });
  });

  describe('a walk while articles come and go', () => {
    test('meets every article that stays', async () => {
      const { world, ask } = await asking();
      const staying = await fillMonth(world, 40 * times);
      await fillMonth(world, 3 * times, '2026-09', 'old');
      const leaving = await fillMonth(world, 30 + 3 * times, '2026-10', 'leaves');
      let n = 0;
      const documents = await walk(ask, '/rss.xml', 'prev-archive', async () => {
        n += 1;
        world.pass(1000);
        await postAt(world, `new-${n}`, new Date(world.now()).toISOString());
        await postAt(world, `backdated-${n}`, `2026-10-03T0${n % 7}:30:30Z`);
        await world.edit('DELETE', `/api/articles/${leaving[n * 3]}`);
        await world.edit('PATCH', `/api/articles/${staying[n * 2 * times]}`, { title: `Edit ${n}` });
      });
      const met = new Set(idsOf(documents).flat());
      expect(staying.filter((id) => !met.has(id))).toEqual([]);
      expect(documents.length).toBeGreaterThan(6);
    });

    test('goes on below the place of an article that has just been retracted', async () => {
      const { world, ask } = await asking();
      const ids = await fillMonth(world, 20 * times);
      const [, ...parts] = await walk(ask, '/atom.xml');
      const last = idsOf(parts)[0]?.at(-1);
      await world.edit('DELETE', `/api/articles/${last}`);
      const onward = await walk(ask, parts[1]?.url ?? '');
      const below = ids.slice(0, ids.indexOf(last ?? '')).toReversed();
      expect(below.length).toBeGreaterThan(0);
      expect(idsOf(onward).flat()).toEqual(below);
    });

    test('meets every article that stays, in months that are divided into dozens of parts', {
      timeout: 120_000,
    }, async () => {
      const { world, ask } = await asking();
      const minutes = 72_000 / longest;
      const publishedAt = (n: number) =>
        new Date(Date.parse('2026-06-01T00:00:00Z') + n * minutes * 60_000).toISOString();
      for (let n = 0; n < longest; n += 25) {
        await Promise.all(
          Array.from({ length: 25 }, (_, i) => postAt(world, `n${n + i}`, publishedAt(n + i))),
        );
      }
      const retracted = new Set<string>();
      const documents = await walk(ask, '/en/sections/harbour/feed.json', 'prev-archive', async (step) => {
        world.pass(1000);
        await postAt(world, `new-${step}`, new Date(world.now()).toISOString());
        await postAt(world, `backdated-${step}`, publishedAt(((step * 997) % longest) + 0.5));
        const id = `n${(step * 613) % longest}`;
        retracted.add(id);
        await world.edit('DELETE', `/api/articles/${id}`);
      });
      const met = new Set(idsOf(documents).flat());
      const missed = Array.from({ length: longest }, (_, n) => `n${n}`).filter((id) => !met.has(id));
      expect(missed.filter((id) => !retracted.has(id))).toEqual([]);
      const archived = idsOf(documents.slice(1)).flat();
      expect(archived.length).toBe(new Set(archived).size);
      expect(documents.length).toBeGreaterThan(longest / 100);
    });
  });
}
