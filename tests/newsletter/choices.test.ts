import { expect, it } from 'vitest';
import type { Issue } from '../../functions/newsletter/issue.ts';
import { renderVariants } from '../../functions/newsletter/issue-variants.ts';
import { choiceKey } from '../../functions/subscribers/subscriber.ts';
import { anArticle } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { START, setUp } from '../support/installation.ts';
import { digestsTo, issue, postStory } from '../support/newsroom.ts';
import { addReaders, digestCounts, onceEach } from '../support/readers.ts';
import { PLAIN_TEMPLATES } from '../support/templates.ts';
import { CHOICES, inNineSections, SECTIONS } from './nine-sections.ts';

it('an issue has at most 400 variants: readers who chose few sections get their own, and the others get all stories', async () => {
  const config = { ...testConfig(), ...inNineSections() };
  const [daily] = config.publication.editions;
  if (!daily) throw new Error('the settings have no edition');
  const stories = SECTIONS.map((section) => anArticle({ id: section, section, title: `In ${section}` }));
  const { variants, choices, leftOut } = await renderVariants(
    { config, templates: PLAIN_TEMPLATES, clock: () => START },
    daily,
    { edition: 'daily', slot: '2026-11-22-0730', scheduledAt: new Date(START).toISOString() } as Issue,
    stories,
    CHOICES,
  );
  expect([variants.length, leftOut]).toEqual([400, 511 - 400 + 9]);
  const sectionsFor = (choice: { language: string; topics: string[] }) => {
    const key = choices[choiceKey(choice)];
    const mail = variants.find((variant) => variant.key === key);
    return key === undefined
      ? 'left out'
      : SECTIONS.filter((section) => mail?.text.includes(`In ${section}`));
  };
  for (const choice of CHOICES) {
    if (choice.topics.length < 6) expect(sectionsFor(choice)).toEqual(choice.topics);
    if (choice.topics.length === 8) expect(sectionsFor(choice)).toBe('left out');
  }
  expect(sectionsFor({ language: 'en', topics: [] })).toEqual(SECTIONS);
});

it('readers whose choice is not rendered in time get all stories', async () => {
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
  // Each time the code reads the clock, half a minute has passed.
  time.step = 30_000;
  const answer = await world.edit('POST', '/api/editions/daily/issues', { slot: 'now' });
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
  const storiesTo = (email = '') => digestsTo(world, email)[0]?.text.match(/\/articles\//g)?.length;
  expect(readers.map(({ email }) => storiesTo(email)).toSorted()).toEqual([1, 3, 3, 3, 3]);
  expect(world.log.lines.find(({ level }) => level === 'warn')).toMatchObject({
    fields: { issue: id, variants: 2, leftOut: 4 },
  });
});
