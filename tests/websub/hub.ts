import { expect } from 'vitest';
import { setUp, type World } from '../support/installation.ts';

/** What subscribers do at the hub, and the time that passes between. */

export const HUB = '/websub';
export const ALL = 'https://paper.example/atom.xml';

/** An installation that sends to this machine. */
export function hub(options: Parameters<typeof setUp>[0] = {}): Promise<World> {
  return setUp({ ...options, config: { allowPrivateCallbacks: true, ...options.config } });
}

export function post(world: World, fields: Record<string, string> | [string, string][]): Promise<Response> {
  return world.request(HUB, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
}

export function fieldsOf(callback: string, more: Record<string, string> = {}): Record<string, string> {
  return { 'hub.mode': 'subscribe', 'hub.topic': ALL, 'hub.callback': callback, ...more };
}

/** Asks, and lets the callback be asked. */
export async function subscribe(
  world: World,
  callback: string,
  more: Record<string, string> = {},
): Promise<void> {
  const answer = await post(world, fieldsOf(callback, more));
  expect(answer.status, await answer.clone().text()).toBe(202);
  await world.queue.drain();
}

/** As long as edits are gathered, and a little more. */
export async function tellSubscribers(world: World): Promise<void> {
  await world.queue.drain();
  world.pass(6_000);
  await world.queue.drain();
}

/** What the sweep and the queue do in the minutes after a fault. */
export async function minutes(world: World, count = 1): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
}
