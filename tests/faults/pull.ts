import { expect } from 'vitest';
import { setUp } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import type { Trial } from './every-step.ts';
import { atItsHour, expectOnce, forget, type Newspaper, newDay, recover } from './newspaper.ts';
import { type Inject, type When, watchedProcess } from './watched-process.ts';

/**
 * An editor retracts a story after the issue was composed and before the first reader was planned, so the issue is
 * composed again without the story. The process is killed at one step of this.
 */

const TITLE = 'A mistake';

/**
 * Returns the steps from the retraction to the first plan of readers. The later steps are the same without a
 * retraction, and other tests break them.
 */
export async function stepsOfAPull(paper: Newspaper): Promise<string[]> {
  const ref = await newDay(paper);
  const steps = await pullAStory(paper);
  await expectOnce(paper, ref);
  forget(paper);
  return steps.slice(0, steps.findIndex((step) => step.includes('/PLAN#')) + 1);
}

/** Runs an issue from its composition to its last mail. Returns the steps that had an effect after the retraction. */
async function pullAStory({ home }: Newspaper, inject?: Inject): Promise<string[]> {
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

/** The trial that kills the process while it composes the issue again. */
export const killedInAPull = (when: When): Trial => ({
  fault: `killed while a story is pulled, ${when}`,
  run: async (paper, injected) => void (await pullAStory(paper, injected({ what: 'die', when }))),
});
