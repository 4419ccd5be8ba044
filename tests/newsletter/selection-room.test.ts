import { describe, expect, test } from 'vitest';
import type { EditionSettings } from '../../functions/settings/publication.ts';
import { sendIssue, storiesMailed, withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory, sendNow, slotsOf } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { PLAIN_TEMPLATES, SHIPPED_TEMPLATES } from '../support/templates.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

async function newsroom(edition: Partial<EditionSettings> = {}, templates = PLAIN_TEMPLATES): Promise<World> {
  const world = await setUp({ config: withEditions(edition), templates });
  await storeReader(world, 'en@reader.example');
  return world;
}

async function postInTurn(world: World, ids: string[], fields: Record<string, unknown> = {}) {
  for (const id of ids) {
    world.pass(1000);
    await postStory(world, { id, ...fields });
  }
}

describe('the filter of an edition', () => {
  test.each([
    ['tags', { tags: ['López Obrador'] }, { tags: ['lopez obrador'] }, { tags: ['López'] }],
    ['tags in any capitals', { tags: ['ferries'] }, { tags: ['News', 'FERRIES'] }, { tags: ['Ferry'] }],
    [
      'any of several tags',
      { tags: ['Ferries', 'Transbordadores'] },
      { tags: ['transbordadores'] },
      { tags: [] },
    ],
    ['tags in another script', { tags: ['政治'] }, { tags: ['政治'] }, { tags: ['経済'] }],
    ['sections', { sections: ['harbour'] }, { section: 'Harbour' }, { section: 'Harbour news' }],
    [
      'section and tag together',
      { sections: ['harbour'], tags: ['Ferries'] },
      { section: 'harbour', tags: ['Ferries'] },
      { section: 'culture', tags: ['Ferries'] },
    ],
  ])('takes stories by %s', async (_, filter, fitting, other) => {
    const world = await newsroom({ filter });
    await postInTurn(world, ['other'], other);
    await postInTurn(world, ['fits'], fitting);
    expect(await sendIssue(world)).toEqual(['fits']);
  });

  test('takes stories in the languages of the edition, and in their regional forms such as en-GB', async () => {
    const world = await newsroom({ languages: ['en'] });
    await postInTurn(world, ['spanish'], { language: 'es' });
    await postInTurn(world, ['british'], { language: 'en-GB' });
    expect(await sendIssue(world)).toEqual(['british']);
  });
});

describe('the number of stories', () => {
  const stories = { min: 2, max: 3, mostRecent: 0 };

  test('an issue with fewer stories than min is skipped with the reason, and the next issue has its stories', async () => {
    const world = await newsroom({ stories });
    await postInTurn(world, ['one']);
    const skipped = await sendNow(world, 'first');
    expect(skipped.state).toBe('skipped');
    expect(skipped.reason).toMatch(/^1 new story since 2026-11-15T.*; the edition wants at least 2$/);
    await postInTurn(world, ['two']);
    expect(await sendIssue(world)).toEqual(['two', 'one']);
  });

  test('an issue has the newest stories up to max, and no later issue takes the others', async () => {
    const world = await newsroom({ stories });
    await postInTurn(world, ['a', 'b', 'c', 'd', 'e']);
    expect(await sendIssue(world)).toEqual(['e', 'd', 'c']);
    world.pass(DAY);
    await postInTurn(world, ['f', 'g']);
    expect(await sendIssue(world)).toEqual(['g', 'f']);
    world.pass(DAY);
    expect((await sendNow(world, 'none')).state).toBe('skipped');
  });

  test('a story that is older than one for which there was no room is not taken later, even if it moves into the section of the edition', async () => {
    const world = await newsroom({ stories, filter: { sections: ['harbour'] } });
    await postInTurn(world, ['before'], { section: 'culture' });
    await postInTurn(world, ['a', 'b', 'c', 'd']);
    await postInTurn(world, ['after'], { section: 'culture' });
    expect(await sendIssue(world)).toEqual(['d', 'c', 'b']);
    for (const id of ['before', 'after'])
      await world.edit('PATCH', `/api/articles/${id}`, { section: 'harbour' });
    await postInTurn(world, ['e']);
    expect(await sendIssue(world)).toEqual(['e', 'after']);
  });

  test('max is counted for each language separately', async () => {
    const world = await newsroom({ stories });
    await storeReader(world, 'es@reader.example', { language: 'es' });
    await postInTurn(world, ['es1'], { language: 'es' });
    await postInTurn(world, ['a', 'b', 'c', 'd']);
    expect((await sendIssue(world)).sort()).toEqual(['b', 'c', 'd', 'es1']);
    await postInTurn(world, ['es2', 'es3'], { language: 'es' });
    expect(await sendIssue(world)).toEqual(['es3', 'es2']);
  });

  test('mostRecent puts the next stories at the end as headlines, and no later issue takes them', async () => {
    const world = await newsroom({ stories: { ...stories, mostRecent: 2 } }, SHIPPED_TEMPLATES);
    await postInTurn(world, ['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await sendIssue(world)).toEqual(['f', 'e', 'd', 'c', 'b']);
    const { text = '', html = '' } = world.mails.at(-1) ?? {};
    expect(text).toMatch(/\n\nMost recent\n\nStory \d+\nhttps:\S+\/c\n\nStory \d+\nhttps:\S+\/b\n/);
    expect(html.indexOf('Most recent')).toBeGreaterThan(html.indexOf('/articles/d'));
    expect(html.indexOf('/articles/c')).toBeGreaterThan(html.indexOf('Most recent'));
    await postInTurn(world, ['g', 'h']);
    expect(await sendIssue(world)).toEqual(['h', 'g']);
  });

  test('a story that is only a headline for readers of all sections is a whole story for a reader of its section', async () => {
    const world = await newsroom({ stories: { ...stories, mostRecent: 2 } });
    await storeReader(world, 'culture@reader.example', { topics: ['culture'] });
    await postInTurn(world, ['opera'], { section: 'culture' });
    await postInTurn(world, ['a', 'b', 'c', 'd']);
    await sendIssue(world);
    const mail = world.mails.find(
      ({ to, key }) => to === 'culture@reader.example' && key.startsWith('issue/'),
    );
    expect(mail?.text).toContain('/articles/opera');
    expect(mail?.text).not.toContain('Most recent');
  });
});

describe('the lead', () => {
  test('is the newest story, even if only an older one has a photo', async () => {
    const world = await newsroom();
    await postInTurn(world, ['photo'], { image: { url: 'https://images.example/a.jpg', alt: 'A' } });
    await postInTurn(world, ['newest']);
    expect(await sendIssue(world)).toEqual(['newest', 'photo']);
  });

  test('is the newest featured story, and max does not cut off featured stories', async () => {
    const world = await newsroom({ stories: { min: 1, max: 3, mostRecent: 0 } });
    await postInTurn(world, ['featured', 'featured-too'], { featured: true });
    await postInTurn(world, ['a', 'b', 'c', 'd']);
    expect(await sendIssue(world)).toEqual(['featured-too', 'featured', 'd']);
    world.pass(DAY);
    await postInTurn(world, ['e']);
    expect(await sendIssue(world)).toEqual(['e']);
  });
});

describe('several issues', () => {
  test('that are composed at the same moment have no story in common', async () => {
    const world = await newsroom();
    await postInTurn(world, ['a', 'b', 'c']);
    const lossy = await setUp({ config: world.config, sharing: world, faults: { lose: () => true } });
    const slots = await Promise.all(['one', 'two'].map(async (key) => (await sendNow(lossy, key)).slot));
    const others = await Promise.all([1, 2].map(() => setUp({ config: world.config, sharing: world })));
    for (const other of others) await other.sweep();
    await Promise.all(others.map((other) => other.queue.drain()));
    for (const other of others) {
      await other.sweep();
      await other.queue.drain();
    }
    const mailed = slots
      .map((slot) => storiesMailed(world, 'daily', slot))
      .sort((a, b) => a.length - b.length);
    expect(mailed).toEqual([[], ['c', 'b', 'a']]);
  });

  test('share no story if an editor sends one between two scheduled issues', async () => {
    const world = await newsroom({ cron: '* * * * *' });
    await world.tick();
    const scheduled = async () => {
      world.pass(60_000);
      await world.tick();
      await world.queue.drain();
      const [slot = ''] = await slotsOf(world);
      return storiesMailed(world, 'daily', slot);
    };
    await postInTurn(world, ['a']);
    expect(await scheduled()).toEqual(['a']);
    await postInTurn(world, ['b']);
    expect(await sendIssue(world)).toEqual(['b']);
    world.pass(DAY);
    await postInTurn(world, ['c']);
    expect(await scheduled()).toEqual(['c']);
  });

  test('are not made by one Idempotency-Key: a repeated request gives the same issue, which takes no more stories', async () => {
    const world = await newsroom();
    await postInTurn(world, ['a']);
    const { id, slot } = await sendNow(world, 'again');
    await postInTurn(world, ['b']);
    expect((await sendNow(world, 'again')).id).toBe(id);
    expect(storiesMailed(world, 'daily', slot)).toEqual(['a']);
    expect((await issue(world, id)).sent).toBe(1);
    expect(await sendIssue(world)).toEqual(['b']);
  });
});
