import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { testConfig } from '../support/config.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { addReaders, storeReader } from '../support/readers.ts';

const NEW = 'new@reader.example';
const FERRY = { id: 'ferry', title: 'The ferry returns' };
const PLAY = { id: 'play', title: 'The play opens', section: 'culture' };

type Options = NonNullable<Parameters<typeof setUp>[0]>;

/** Sets up a daily that welcomes new readers and has one reader, and a weekly that welcomes nobody. */
async function welcoming(options: Options = {}): Promise<World> {
  const publication = structuredClone(testConfig().publication);
  for (const edition of publication.editions) edition.welcome = edition.id === 'daily';
  const world = await setUp({ ...options, config: { publication } });
  await addReaders(world, 1, () => ({ email: 'en@reader.example' }));
  return world;
}

/** Returns another process of the same installation, such as one with faults. */
const anotherProcess = (world: World, options: Options = {}) =>
  setUp({ ...options, sharing: world, config: world.config });

/** A new reader signs up and confirms, and the queue does what follows. */
async function joins(world: World, choices: Record<string, unknown> = {}): Promise<void> {
  await subscribe(world, NEW, choices);
  await world.queue.drain();
}

const welcomes = (world: World) =>
  world.mails.filter(({ to, key }) => to === NEW && key.startsWith('welcome/'));

it('a reader who confirms gets the last issue as a welcome, with the stories of their choice and with links of their own', async () => {
  const world = await welcoming();
  await postStory(world, FERRY);
  await postStory(world, PLAY);
  await postStory(world, { id: 'obra', title: 'Se estrena la obra', section: 'culture', language: 'es' });
  const { id } = await sendNow(world, 'morning');
  world.pass(3600_000);
  await postStory(world, { id: 'later', title: 'What came later' });
  await joins(world, { topics: ['culture'] });
  const [mail, ...more] = welcomes(world);
  expect(more).toEqual([]);
  expect(mail?.subject).toBe('Welcome to First Light: The play opens');
  expect(mail?.text).toContain('Welcome. This is the last issue of First Light');
  expect(mail?.html + String(mail?.text)).not.toMatch(/ferry|Se estrena|What came later|%%/);
  const web = linkIn(mail?.text, '/issues/daily/[^?]+');
  expect(await (await world.request(web)).text()).toContain('The play opens');
  expect(web).toMatch(/\?variant=en-\w+$/);
  const link = linkIn(mail?.text, '/unsubscribe');
  expect(mail?.headers).toEqual({
    'List-Unsubscribe': `<https://paper.example${link}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    'List-Id': '<daily.lakesidecourier.example>',
  });
  expect(await issue(world, id)).toMatchObject({ planned: 1, sent: 1 });

  expect((await world.request(link, { method: 'POST' })).status).toBe(200);
  world.pass(3600_000);
  await sendNow(world, 'noon');
  expect(digestsTo(world, NEW)).toEqual([]);
});

it('a welcome is in the language of the reader, without a word of another language', async () => {
  const world = await welcoming();
  await postStory(world, { id: 'obra', title: 'Se estrena la obra', language: 'es' });
  await sendNow(world, 'morning');
  await joins(world, { language: 'es' });
  expect(welcomes(world).map(({ subject }) => subject)).toEqual([
    'Le damos la bienvenida a Primera luz: Se estrena la obra',
  ]);
  expect(welcomes(world)[0]?.text).not.toContain('Welcome');
});

it('a welcome lacks a story that was retracted since, and a reader for whom no story fits gets no welcome', async () => {
  const world = await welcoming();
  await postStory(world, FERRY);
  await postStory(world, { id: 'mistake', title: 'A mistake', featured: true });
  await sendNow(world, 'morning');
  await world.edit('DELETE', '/api/articles/mistake');
  await joins(world);
  expect(welcomes(world).map(({ subject }) => subject)).toEqual([
    'Welcome to First Light: The ferry returns',
  ]);
  expect(welcomes(world)[0]?.html).not.toMatch(/mistake/i);
  await subscribe(world, 'politics@reader.example', { topics: ['politics'] });
  await world.queue.drain();
  expect(world.mails.filter(({ key }) => key.startsWith('welcome/'))).toHaveLength(1);
});

it.each([
  ['no issue was sent yet', async (_: World) => {}, {}],
  [
    'the settings of the edition do not ask for it',
    async (world: World) => {
      await storeReader(world, 'weekly@reader.example', { editions: ['weekly'] });
      for (const id of ['play', 'opera', 'concert']) await postStory(world, { id, section: 'culture' });
      expect(await sendNow(world, 'one', 'weekly')).toMatchObject({ state: 'sent', sent: 1 });
    },
    { editions: ['weekly'] },
  ],
])('a reader gets no welcome if %s', async (_, before, choices) => {
  const world = await welcoming();
  await postStory(world, FERRY);
  await before(world);
  await joins(world, choices);
  expect(welcomes(world)).toEqual([]);
});

it('a reader who leaves and comes back gets no second welcome', async () => {
  const world = await welcoming();
  await postStory(world, FERRY);
  await sendNow(world, 'morning');
  await joins(world);
  const link = linkIn(welcomes(world)[0]?.text, '/unsubscribe');
  await world.request(link, { method: 'POST' });
  // By then the provider has forgotten the key, so it would take a second welcome.
  world.pass(48 * 3600_000);
  await joins(world);
  expect(welcomes(world)).toHaveLength(1);
});

it('a reader who joins while an issue is being sent gets it as an issue, and the issue before it as the welcome', async () => {
  const world = await welcoming();
  await postStory(world, FERRY);
  await sendNow(world, 'first');
  world.pass(3600_000);
  await postStory(world, PLAY);
  const lossy = await anotherProcess(world, { faults: { lose: ({ kind }) => kind === 'plan' } });
  await sendNow(lossy, 'second');
  await joins(world);
  world.pass(60_000);
  await world.sweep();
  await world.queue.drain();
  expect(welcomes(world).map(({ subject }) => subject)).toEqual([
    'Welcome to First Light: The ferry returns',
  ]);
  expect(digestsTo(world, NEW).map(({ subject }) => subject)).toEqual(['The play opens']);
});

const paused = async ({ services: { subscribers }, now }: World, id: string) => {
  const reader = await subscribers.get(id);
  if (!reader) throw new Error(`there is no reader ${id}`);
  const next = { ...reader, version: reader.version + 1, pausedUntil: '2027-01-01T00:00:00.000Z' };
  const at = new Date(now()).toISOString();
  await subscribers.write(reader, next, { at, what: 'preferences', editions: reader.editions });
};

it.each([
  ['left', (world: World, id: string) => world.request(ownLink(world, id), { method: 'POST' })],
  ['paused', paused],
  [
    'complained',
    ({ services }: World) =>
      services.subscribers.suppress(addressHash(NEW), {
        reason: 'complained',
        at: '2026-11-22T12:00:00.000Z',
      }),
  ],
])(
  'a reader who has %s before their welcome is sent gets none',
  async (_, happens: (world: World, id: string) => unknown) => {
    const world = await welcoming();
    await postStory(world, FERRY);
    await sendNow(world, 'morning');
    // The queue is not drained, so the message for the letter is lost, and the sweep must find the event.
    await subscribe(world, NEW);
    await happens(world, String(await world.services.subscribers.idByAddress(addressHash(NEW))));
    const later = await anotherProcess(world);
    later.pass(60_000);
    await later.sweep();
    await later.queue.drain();
    expect(welcomes(world)).toEqual([]);
  },
);

const ownLink = ({ services: { links } }: World, id: string) =>
  links.unsubscribe(id, 'daily', 'https://paper.example').slice('https://paper.example'.length);

it('a welcome comes once, although its first message is lost and later ones come three times', async () => {
  const world = await welcoming();
  await postStory(world, FERRY);
  await sendNow(world, 'morning');
  await subscribe(world, NEW);
  const repeating = await anotherProcess(world, { faults: { repeat: () => 2 } });
  for (let minute = 0; minute < 3; minute++) {
    repeating.pass(60_000);
    await repeating.sweep();
    await repeating.queue.drain();
  }
  expect(welcomes(world)).toHaveLength(1);
});
