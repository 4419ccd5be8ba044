import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow } from '../support/newsroom.ts';
import { addReaders, digestCounts, onceEach } from '../support/readers.ts';
import { CHOICES, inNineSections, SECTIONS } from './nine-sections.ts';

it('an issue goes to every reader, although readers made more different choices than the 400 that it has room for', async () => {
  const world = await setUp({ config: inNineSections() });
  const readers = await addReaders(world, CHOICES.length, (index) => CHOICES[index] ?? {});
  // These ids are the longest that an article can have.
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
  // A reader who chose few sections gets these. A reader who chose nearly all sections gets all of them.
  const expected = CHOICES.map(({ topics }) => (topics.length < 6 ? topics : undefined));
  expect(got.filter((_, index) => expected[index])).toEqual(expected.filter(Boolean));
  for (const [index, { topics }] of CHOICES.entries())
    if (topics.length > 7) expect(got[index]).toEqual(SECTIONS);
  expect(world.log.lines).toContainEqual({
    level: 'warn',
    message:
      'an issue has no room for a mail for every choice; readers left out get all stories of their language',
    fields: expect.objectContaining({ issue: id, variants: 400, leftOut: 511 - 400 + 9 }),
  });
});
