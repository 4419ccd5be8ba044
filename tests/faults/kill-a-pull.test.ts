import { beforeAll, expect, it } from 'vitest';
import { setUp, useDatabase } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { type Trial, tryEvery } from './every-step.ts';
import { atItsHour, expectOnce, forget, type Newspaper, newDay, newspaper, recover } from './newspaper.ts';
import { type Inject, type When, watchedProcess } from './watched-process.ts';

/**
 * A story is retracted after the issue was composed and before a reader was planned: it is composed again without it. At
 * every step of that the process is killed.
 */

useDatabase();

const TITLE = 'A mistake';

let paper: Newspaper;
let steps: string[];
beforeAll(async () => {
  paper = await newspaper(20);
  const ref = await newDay(paper);
  const all = await pullsAStory(paper);
  await expectOnce(paper, ref);
  forget(paper);
  // What follows the first plan is as it is without a retraction, and tried there.
  steps = all.slice(0, all.findIndex((step) => step.includes('/PLAN#')) + 1);
});

/** From the composed issue to its last mail. Returns what had an effect after the retraction. */
async function pullsAStory({ home }: Newspaper, inject?: Inject): Promise<string[]> {
  const mistake = await postStory(home, { title: TITLE, featured: true });
  await home.queue.drain();
  const composer = await watchedProcess(home, { faults: { lose: ({ kind }) => kind === 'plan' } });
  await atItsHour(composer);
  composer.close();
  const editor = await setUp({ sharing: home, config: home.config });
  expect((await editor.edit('DELETE', `/api/articles/${mistake}`)).status).toBe(204);
  await editor.queue.drain();
  const process = await watchedProcess(home, inject && { inject });
  process.pass(60_000);
  await process.minute();
  const survivor = process.isDead() ? await watchedProcess(home) : process;
  await recover(survivor);
  for (const each of [process, survivor]) each.close();
  const told = home.mails.filter(({ subject, html, text }) => `${subject}${html}${text}`.includes(TITLE));
  expect(told.map(({ to }) => to)).toEqual([]);
  return process.steps;
}

const killed = (when: When): Trial => ({
  fault: `killed while a story is pulled, ${when}`,
  run: async (each, injected) => void (await pullsAStory(each, injected({ what: 'die', when }))),
});

it('a pull composes again, and then plans', () => {
  const [again] = steps.filter((step) => /^TransactWrite .*ISSUE#.*FROZEN/.test(step));
  expect(again).toBeDefined();
  expect(steps.at(-1)).toContain('/PLAN#');
});

it('killed at each step of a pull: every reader gets the issue once, without the story', {
  timeout: 180_000,
}, async (context) => {
  for (const when of ['before', 'after'] as const) await tryEvery(paper, steps, killed(when), context);
});
