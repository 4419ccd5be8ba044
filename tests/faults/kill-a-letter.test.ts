import { beforeAll, expect, it } from 'vitest';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { BREAKS, brokenOnce } from './every-step.ts';
import { counter } from './fault-table.ts';
import { type WatchedProcess, watchedProcess } from './watched-process.ts';

/** The mail that asks for a confirmation: it has no batch and no lease, only its event in the outbox and its key. */

useDatabase();

let home: World;
let steps: string[];
let strangers = 0;
beforeAll(async () => {
  home = await setUp();
  const process = await watchedProcess(home);
  await signUp(process);
  steps = process.steps;
  process.close();
});

/** Of a new address each time. True: the reader was told that it is done. */
async function signUp(process: WatchedProcess): Promise<{ email: string; accepted: boolean }> {
  const email = `stranger-${++strangers}@reader.example`;
  const answer = await process.request('/subscriptions', {
    method: 'POST',
    body: { email, editions: ['daily'], language: 'en' },
  });
  await process.queue.drain();
  return { email, accepted: answer.status === 202 };
}

async function sweepFor(process: WatchedProcess, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    process.pass(60_000);
    await process.sweep();
    await process.queue.drain();
  }
}

it('a sign-up takes steps of every kind', () => {
  for (const kind of [
    /^TransactWrite SIGNUP/,
    /^Delete OUTBOX/,
    /^request confirmation/,
    /^hand over letter/,
  ])
    expect(
      steps.filter((step) => kind.test(step)),
      String(kind),
    ).toHaveLength(1);
});

it.for(BREAKS)(
  '%s each step of a sign-up: one confirmation, or none and the reader was told so',
  async ([fault, injection], context) => {
    const count = counter(context, `sign-up ${fault} a step`);
    for (const step of steps) {
      const broken = brokenOnce(step);
      const process = await watchedProcess(home, { inject: broken.by(injection) });
      const { email, accepted } = await signUp(process);
      const survivor = process.isDead() ? await watchedProcess(home) : process;
      await sweepFor(survivor, 4);
      const isStored = process.steps.some((done) => done.startsWith('TransactWrite SIGNUP')) || accepted;
      const mails = home.mails.filter(({ to }) => to === email);
      expect(broken.wasMet(), step).toBe(true);
      count(1, {
        owed: Number(isStored),
        lost: isStored && mails.length === 0 ? [email] : [],
        repeated: mails.length > 1 ? [email] : [],
        strangers: !isStored && mails.length > 0 ? [email] : [],
      });
      expect(mails, step).toHaveLength(Number(isStored));
      expect(await home.services.outbox.leftBefore('9999', 10), step).toEqual([]);
      for (const each of new Set([process, survivor])) each.close();
    }
  },
);
