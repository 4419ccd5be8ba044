import { expect, type TestContext } from 'vitest';
import type { World } from '../support/installation.ts';
import { brokenOnce, type Step } from './every-step.ts';
import { counter } from './fault-table.ts';
import { type Injection, type WatchedProcess, watchedProcess } from './watched-process.ts';

/**
 * A sign-up, and the mail that asks for its confirmation. This mail has no batch and no lease. It has only its event in
 * the outbox and its key at the provider.
 */

let strangers = 0;

/** Signs up a new address. `accepted` says whether the reader was told that it worked. */
async function signUp(process: WatchedProcess): Promise<{ email: string; accepted: boolean }> {
  const email = `stranger-${++strangers}@reader.example`;
  const answer = await process.request('/subscriptions', {
    method: 'POST',
    body: { email, editions: ['daily'], language: 'en' },
  });
  await process.queue.drain();
  return { email, accepted: answer.status === 202 };
}

/** Returns the steps of a sign-up without a fault. */
export async function stepsOfASignUp(home: World): Promise<string[]> {
  const process = await watchedProcess(home);
  await signUp(process);
  process.close();
  return process.steps;
}

/**
 * Breaks each step of a sign-up in turn. If the sign-up is stored, expects one mail. Otherwise expects no mail, and
 * that the reader was not told that the sign-up worked.
 */
export async function breakSignUps(
  home: World,
  steps: Step[],
  [fault, injection]: [string, Injection],
  context: Pick<TestContext, 'task'>,
): Promise<void> {
  const count = counter(context, `sign-up ${fault} a step`);
  for (const step of steps) {
    const broken = brokenOnce(step);
    const process = await watchedProcess(home, { inject: broken.by(injection) });
    const { email, accepted } = await signUp(process);
    const survivor = process.isDead() ? await watchedProcess(home) : process;
    await sweepFor(survivor, 4);
    const isStored = process.steps.some((done) => done.startsWith('TransactWrite SIGNUP')) || accepted;
    const mails = home.mails.filter(({ to }) => to === email);
    expect(broken.met(), String(step)).toBeDefined();
    count(1, {
      owed: Number(isStored),
      lost: isStored && mails.length === 0 ? [email] : [],
      repeated: mails.length > 1 ? [email] : [],
      strangers: !isStored && mails.length > 0 ? [email] : [],
    });
    expect(mails, String(step)).toHaveLength(Number(isStored));
    expect(await home.services.outbox.leftBefore('9999', 10), String(step)).toEqual([]);
    for (const each of new Set([process, survivor])) each.close();
  }
}

async function sweepFor(process: WatchedProcess, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    process.pass(60_000);
    await process.sweep();
    await process.queue.drain();
  }
}
