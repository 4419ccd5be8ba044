import { expect } from 'vitest';
import { testConfig } from '../support/config.ts';
import { setUp, type World } from '../support/installation.ts';

/** Helpers that do what subscribers do at the hub, and let time pass. */

export const HUB = '/websub';
export const ALL = 'https://paper.example/atom.xml';

/** Returns an installation that may send to callbacks on this machine. */
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

/** Sends a request to the hub, which then asks the callback for confirmation. */
export async function subscribe(
  world: World,
  callback: string,
  more: Record<string, string> = {},
): Promise<void> {
  const answer = await post(world, fieldsOf(callback, more));
  expect(answer.status, await answer.clone().text()).toBe(202);
  await world.queue.drain();
}

/** Lets 6 seconds pass, a little more than the hub gathers edits for. The subscribers then have their deliveries. */
export async function tellSubscribers(world: World): Promise<void> {
  await world.queue.drain();
  world.pass(6_000);
  await world.queue.drain();
}

/** Lets `count` minutes pass. The sweep and the queue do their work every `apart` minutes. */
export async function minutes(world: World, count = 1, apart = 1): Promise<void> {
  for (let minute = 0; minute < count; minute += apart) {
    world.pass(60_000 * apart);
    await world.sweep();
    await world.queue.drain();
  }
}

/** Stores `count` subscriptions to the feed of everything, as their verification would have. Returns the paths of their callbacks. */
export async function withSubscribers(
  world: World,
  url: string,
  count: number,
  prefix = '/s-',
): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const writing = paths.map(
    (path) => () =>
      world.services.websub.subscribe(
        {
          id: `2026-11-22T11:00:00.000Z#${path}`,
          mode: 'subscribe',
          topic: ALL,
          feed: '*',
          format: 'atom',
          callback: `${url}${path}`,
          leaseSeconds: 86_400,
          attempts: 1,
        },
        world.now(),
      ),
  );
  while (writing.length > 0) await Promise.all(writing.splice(0, 50).map((write) => write()));
  return paths;
}

/** A hub whose feeds show only three stories, so that a few stories push an older one out. */
export async function hubOfShortFeeds(): Promise<World> {
  const { publication } = testConfig();
  return hub({ config: { publication: { ...publication, feeds: { ...publication.feeds, entries: 3 } } } });
}
