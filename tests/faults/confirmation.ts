import { expect, type TestContext } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { linkIn, postStory, sendNow } from '../support/newsroom.ts';
import { brokenOnce, type Step } from './every-step.ts';
import { counter } from './fault-table.ts';
import { type Inject, type Injection, type WatchedProcess, watchedProcess } from './watched-process.ts';

/**
 * A reader confirms a sign-up with the button, and gets the last issue as a welcome. A reader who is not told that the
 * confirmation worked presses the button again.
 */

let strangers = 0;

/** Returns a newspaper that has sent an issue and welcomes new readers with it. */
export async function welcomingPaper(): Promise<World> {
  const home = await setUp({ config: withEditions({ welcome: true }) });
  await postStory(home, { title: 'The ferry returns' });
  expect(await sendNow(home, 'morning')).toMatchObject({ state: 'sent' });
  return home;
}

/** Returns the steps of a confirmation without a fault. */
export const stepsOfAConfirmation = async (home: World): Promise<string[]> => (await aStranger(home)).steps;

/** Breaks each step of a confirmation in turn, and expects one welcome. */
export async function breakConfirmations(
  home: World,
  steps: Step[],
  [fault, injection]: [string, Injection],
  context: Pick<TestContext, 'task'>,
): Promise<void> {
  const count = counter(context, `welcome ${fault} a step`);
  for (const step of steps) {
    const broken = brokenOnce(step, anyShard);
    const { email, welcomes } = await aStranger(home, broken.by(injection));
    expect(broken.met(), String(step)).toBeDefined();
    count(1, {
      owed: 1,
      lost: welcomes === 0 ? [email] : [],
      repeated: welcomes > 1 ? [email] : [],
      strangers: [],
    });
    expect(welcomes, String(step)).toBe(1);
  }
}

/** Signs up a stranger for the daily, who presses the button in a process of which one step is broken. */
async function aStranger(home: World, inject?: Inject) {
  const email = `stranger-${++strangers}@reader.example`;
  const body = { email, editions: ['daily'], language: 'en' };
  expect((await home.request('/subscriptions', { method: 'POST', body })).status).toBe(202);
  await home.queue.drain();
  const button = linkIn(home.mails.findLast(({ to }) => to === email)?.text, '/subscriptions/confirm');
  const process = await watchedProcess(home, inject && { inject });
  let isTold = await press(process, button);
  await process.queue.drain();
  const survivor = process.isDead() ? await watchedProcess(home) : process;
  for (let minute = 0; minute < 4; minute++) {
    if (!isTold) isTold = await press(survivor, button);
    survivor.pass(60_000);
    await survivor.sweep();
    await survivor.queue.drain();
  }
  for (const each of new Set([process, survivor])) each.close();
  expect(await home.services.outbox.leftBefore('9999', 10)).toEqual([]);
  const welcomes = home.mails.filter(({ to, key }) => to === email && key.startsWith('welcome/'));
  return { steps: process.steps.map(anyShard), email, welcomes: welcomes.length };
}

/** Returns the name of a step without the number of the shard, because readers are in different shards. */
const anyShard = (step: string) => step.replace(/MEMBERS#daily#\d+/, 'MEMBERS#daily#<shard>');

/** Returns whether the reader was told that the confirmation worked. */
const press = async (process: WatchedProcess, button: string): Promise<boolean> =>
  (await process.request(button, { method: 'POST' }).catch(() => undefined))?.status === 200;
