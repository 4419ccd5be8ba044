import { beforeAll, expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { linkIn, postStory, sendNow } from '../support/newsroom.ts';
import { BREAKS, brokenOnce } from './every-step.ts';
import { counter } from './fault-table.ts';
import { type Inject, type WatchedProcess, watchedProcess } from './watched-process.ts';

/** The button of a confirmation, and the last issue that it brings: a reader who is not told that it worked presses again. */

useDatabase();

let home: World;
let steps: string[];
let strangers = 0;
beforeAll(async () => {
  home = await setUp({ config: withEditions({ welcome: true }) });
  await postStory(home, { title: 'The ferry returns' });
  expect(await sendNow(home, 'morning')).toMatchObject({ state: 'sent' });
  steps = (await aStranger()).steps;
});

/** Asks for the daily, and presses the button in a process of which one step is broken. */
async function aStranger(inject?: Inject) {
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

/** Each stranger has another. */
const anyShard = (step: string) => step.replace(/MEMBERS#daily#\d+/, 'MEMBERS#daily#<shard>');

const press = async (process: WatchedProcess, button: string): Promise<boolean> =>
  (await process.request(button, { method: 'POST' }).catch(() => undefined))?.status === 200;

it('a welcome takes steps of every kind', () => {
  for (const kind of [
    /^TransactWrite SUBSCRIBER.*OUTBOX/,
    /^Delete OUTBOX/,
    /^request welcome/,
    /^hand over letter/,
  ])
    expect(
      steps.filter((step) => kind.test(step)),
      String(kind),
    ).toHaveLength(1);
});

it.for(BREAKS)('%s each step of a confirmation: one welcome', async ([fault, injection], context) => {
  const count = counter(context, `welcome ${fault} a step`);
  for (const step of steps) {
    const broken = brokenOnce(step, anyShard);
    const { email, welcomes } = await aStranger(broken.by(injection));
    expect(broken.wasMet(), step).toBe(true);
    count(1, {
      owed: 1,
      lost: welcomes === 0 ? [email] : [],
      repeated: welcomes > 1 ? [email] : [],
      strangers: [],
    });
    expect(welcomes, step).toBe(1);
  }
});
