import { expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { postStory, sendNow } from '../support/newsroom.ts';
import { addReaders } from '../support/readers.ts';

const SECTIONS = ['politics', 'harbour', 'culture', 'business', 'sport'];
/** Every set of topics that readers can choose. */
const CHOICES = Array.from({ length: 2 ** SECTIONS.length }, (_, bits) =>
  SECTIONS.filter((_, at) => bits & (1 << at)),
);

it('issues that wait for the hour of their readers take no place in the queue from an issue that is due', async () => {
  let areLost = true;
  const idle = Array.from({ length: 6 }, (_, index) => `early-${index}`);
  const inAuckland = idle.map((id) => ({ id, timeZone: 'Pacific/Auckland', readerHour: true }));
  const { publication } = withEditions({}, ...inAuckland);
  const world = await setUp({
    config: {
      publication: { ...publication, mail: { ...publication.mail, requestsPerSecond: 0.2 } },
      resend: { apiKey: 'unused' },
    },
    faults: { lose: ({ kind }) => kind === 'send' && areLost },
  });
  // In Auckland it is a minute before half past seven.
  world.time.now = Date.parse('2026-11-23T18:29:00.000Z');
  await world.tick();
  for (const section of SECTIONS) await postStory(world, { section });
  await addReaders(world, 60, (index) => ({ topics: CHOICES[index % CHOICES.length] ?? [] }));
  await addReaders(world, 1, () => ({
    id: 'w',
    email: 'w@reader.example',
    editions: idle,
    timeZone: 'Pacific/Honolulu',
  }));
  world.pass(60_000);
  await world.tick();
  await sendNow(world, 'morning');
  expect(await world.services.issues.open()).toHaveLength(idle.length + 1);
  areLost = false;
  await world.sweep();
  // These are the requests of two minutes, at one request in five seconds.
  expect(world.queue.waiting()).toBe(24);
});
