import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { retractSamples } from '../../functions/start/retract-samples.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { FAULTS } from '../support/provider.ts';
import { storeReader } from '../support/readers.ts';

/** Two stories that translate each other, and one in a section that the settings of the tests do not have. */
const SAMPLES = [
  {
    id: 'sample-ferry',
    title: 'The ferry',
    content: { markdown: 'It *sails*.' },
    language: 'en',
    section: 'harbour',
  },
  {
    id: 'sample-ferri',
    title: 'El ferri',
    content: { markdown: 'Zarpa.' },
    language: 'es',
    section: 'harbour',
    tags: ['Ferris'],
    translationOf: 'sample-ferry',
  },
  {
    id: 'sample-old',
    title: 'An old story',
    content: { html: '<p>Old.</p>' },
    language: 'en',
    section: 'attic',
    publishedAt: '2026-11-20T10:00:00Z',
  },
];
const folder = mkdtempSync(join(tmpdir(), 'broadsheet-samples-'));
const file = join(folder, 'stories.json');
writeFileSync(file, JSON.stringify(SAMPLES));
afterAll(() => rmSync(folder, { recursive: true }));

/** Does what the first run does, except for its digest. */
async function withSamples(): Promise<World> {
  const world = await setUp();
  for (const { section, ...sample } of SAMPLES)
    await postStory(world, {
      summary: undefined,
      authors: [],
      ...sample,
      section: section === 'attic' ? undefined : section,
    });
  await subscribe(world, 'reader-en@example.com');
  await subscribe(world, 'reader-es@example.com', { language: 'es' });
  await world.queue.drain();
  return world;
}

const retract = (world: World) => retractSamples(world.services, file, 'RESEND_API_KEY is set');

async function left(world: World): Promise<{ stories: string[]; readers: string[] }> {
  const answer = await world.edit('GET', '/api/articles');
  const { articles } = (await answer.json()) as { articles: { id: string; retractedAt?: string }[] };
  const csv = await (await world.edit('GET', '/api/subscribers')).text();
  return {
    stories: articles.filter(({ retractedAt }) => !retractedAt).map(({ id }) => id),
    readers: csv
      .split('\r\n')
      .slice(1, -1)
      .map((row) => row.split(',')[0] ?? ''),
  };
}

const told = ({ log }: World) =>
  log.lines.map(({ message }) => message).filter((line) => line.includes('sample'));

it('the sample stories are retracted and the sample readers erased, and nothing else is', async () => {
  const world = await withSamples();
  await postStory(world, { id: 'own' });
  await subscribe(world, 'eva@reader.example');
  await retract(world);
  expect(await left(world)).toEqual({ stories: ['own'], readers: ['eva@reader.example'] });
  expect(told(world)).toEqual([
    'retracted 3 sample stories and erased 2 sample readers, because RESEND_API_KEY is set',
  ]);
  const feed = (await (await world.request('/feed.json')).json()) as { items: { id: string }[] };
  expect(feed.items.map(({ id }) => id)).toEqual([expect.stringContaining('own')]);
});

it('a second time, nothing is retracted and nothing is told', async () => {
  const world = await withSamples();
  await retract(world);
  const lines = world.log.lines.length;
  await retract(world);
  expect(world.log.lines).toHaveLength(lines);
});

it.each<[string, object]>([
  ['title', { title: 'The ferry, again' }],
  ['text', { content: { html: '<p>It sails <strong>soon</strong>.</p>' } }],
  ['tags', { tags: ['Ferries'] }],
  ['section', { section: 'culture' }],
  ['date', { publishedAt: '2026-11-21T10:00:00Z' }],
  ['status', { status: 'draft' }],
])('a sample story stays if an editor has changed its %s, and this is told', async (_, change) => {
  const world = await withSamples();
  const answer = await world.edit('PATCH', '/api/articles/sample-ferry', change);
  expect(answer.status).toBe(200);
  await retract(world);
  expect((await left(world)).stories).toEqual(['sample-ferry']);
  expect(told(world)).toEqual([
    'retracted 2 sample stories and erased 2 sample readers, because RESEND_API_KEY is set',
    'these sample stories were edited, so they stay and real readers see them: sample-ferry; to retract one, send DELETE /api/articles/{id}',
  ]);
});

it('a story of an editor’s own that has the id of a sample stays', async () => {
  const world = await setUp();
  await postStory(world, { id: 'sample-ferry', title: 'Our own ferry' });
  await retract(world);
  expect((await left(world)).stories).toEqual(['sample-ferry']);
});

it('a start that is killed after any write of the retraction leaves nothing that the next start does not do', async () => {
  let killed = 0;
  for (let isKilled = true; isKilled; killed++) {
    const world = await withSamples();
    const dying = await setUp({ sharing: world });
    dieAfterWrite(dying, killed);
    isKilled = await retract(dying).then(
      () => false,
      () => true,
    );
    dying.table.client.destroy();
    await retract(world);
    expect(await left(world)).toEqual({ stories: [], readers: [] });
  }
  expect(killed).toBeGreaterThan(6);
});

/** The write with this number, counted from 0, takes effect, and the process dies before it learns of it. */
function dieAfterWrite({ table: { client } }: World, killed: number): void {
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  let writes = 0;
  client.send = (async (command: object) => {
    const answer = await send(command);
    const isWrite = !/^(?:Get|BatchGet|Query)/.test(command.constructor.name);
    if (isWrite && writes++ >= killed) throw new Error('killed');
    return answer;
  }) as typeof client.send;
}

it('a sample reader who has not confirmed yet is not mailed any more', async () => {
  const world = await setUp();
  const body = { email: 'reader-en@example.com', editions: ['daily'], language: 'en' };
  await world.request('/subscriptions', { method: 'POST', body });
  world.pass(1000);
  await retract(world);
  await world.queue.drain();
  expect(world.mails).toEqual([]);
});

it('an issue that is being sent with a sample story is stopped, so that no further batch goes out', async () => {
  let isAway = true;
  const world = await setUp({
    provider: () => (isAway ? FAULTS.dropped : undefined),
  });
  await postStory(world, { authors: [], summary: undefined, ...SAMPLES[0] });
  await storeReader(world, 'eva@reader.example');
  const { id } = await sendNow(world, 'trial');
  await retract(world);
  isAway = false;
  for (let minute = 0; minute < 5; minute++) {
    world.pass(120_000);
    await world.tick();
    await world.queue.drain();
  }
  expect(digestsTo(world, 'eva@reader.example')).toEqual([]);
  expect(await issue(world, id)).toMatchObject({
    state: 'stopped',
    reason: expect.stringContaining('of the sample'),
  });
});
