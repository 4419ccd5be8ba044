import { expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, useDatabase } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow } from '../support/newsroom.ts';
import { addReaders, digestCounts, onceEach } from '../support/readers.ts';

useDatabase();

const SECTIONS = Array.from('abcdefghi', (letter) => `${letter}-neighbourhoods-of-the-old-eastern-harbour`);
const EVERY_CHOICE = Array.from({ length: 2 ** SECTIONS.length - 1 }, (_, index) =>
  SECTIONS.filter((_, bit) => (index + 1) & (1 << bit)),
);
const ALL_BUT_ONE = SECTIONS.map((left) => SECTIONS.filter((section) => section !== left));

it('an issue goes to every reader, though they chose more than there is room for in it', async () => {
  const { publication } = withEditions({ languages: ['en'] });
  const sections = SECTIONS.map((slug) => ({ slug, name: { en: slug, es: slug } }));
  const world = await setUp({ config: { publication: { ...publication, sections } } });
  // Of those who want it in Spanish, which this edition does not have, none has all of the sections.
  const choices = [
    ...EVERY_CHOICE.map((topics) => ({ language: 'en', topics })),
    ...ALL_BUT_ONE.map((topics) => ({ language: 'es', topics })),
  ];
  const readers = await addReaders(world, choices.length, (index) => choices[index] ?? {});
  // The longest ids that there can be.
  for (const section of SECTIONS)
    await postStory(world, { id: section.padEnd(128, '-and-so-on'), section, title: `In ${section}` });

  const { id, planned } = await sendNow(world, 'morning');
  expect(planned).toBe(readers.length);
  for (let minute = 0; minute < 5; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: readers.length });
  expect(digestCounts(world)).toEqual(onceEach(readers));
  const got = readers.map(({ email }) => {
    const [mail] = digestsTo(world, email);
    return SECTIONS.filter((section) => mail?.text.includes(`In ${section}`));
  });
  // Whoever chose little gets that; whoever chose nearly all gets all.
  const expected = choices.map(({ topics }) => (topics.length < 6 ? topics : undefined));
  expect(got.filter((_, index) => expected[index])).toEqual(expected.filter(Boolean));
  for (const [index, { topics }] of choices.entries())
    if (topics.length > 7) expect(got[index]).toEqual(SECTIONS);
  expect(world.log.lines).toContainEqual({
    level: 'warn',
    message:
      'an issue has no room for a mail for every choice; readers left out get all stories of their language',
    fields: expect.objectContaining({ issue: id, variants: 400, leftOut: 511 - 400 + 9 }),
  });
}, 60_000);

it('an issue whose mails take too long to compose goes to every reader as well', async () => {
  const time = {
    at: Date.parse('2026-11-22T12:00:00.000Z'),
    step: 0,
    get now() {
      this.at += this.step;
      return this.at;
    },
    set now(at) {
      this.at = at;
    },
  };
  const world = await setUp({ time });
  const topics = [['harbour'], ['culture'], ['business'], ['harbour', 'culture'], ['harbour', 'business']];
  const readers = await addReaders(world, topics.length, (index) => ({ topics: topics[index] ?? [] }));
  for (const section of ['harbour', 'culture', 'business']) await postStory(world, { section });
  // Whoever looks at the clock finds half a minute gone.
  time.step = 30_000;
  const answer = await world.edit('POST', '/api/editions/daily/issues');
  await world.queue.drain();
  time.step = 0;
  const { id } = (await answer.json()) as { id: string };
  for (let minute = 0; minute < 5; minute++) {
    world.pass(300_000);
    await world.sweep();
    await world.queue.drain();
  }
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: readers.length });
  expect(digestCounts(world)).toEqual(onceEach(readers));
  expect(world.log.lines.find(({ level }) => level === 'warn')).toMatchObject({
    fields: { issue: id, variants: 2, leftOut: 4 },
  });
});
