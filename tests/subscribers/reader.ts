import { expect } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import type { StoredData } from '../../functions/subscribers/personal-data.ts';
import type { Subscriber } from '../../functions/subscribers/subscriber.ts';
import type { World } from '../support/installation.ts';
import { storeReader } from '../support/readers.ts';

/** What a reader does with the pages behind their links. */

/** Posts a form as a browser does. */
export function postForm(
  world: World,
  path: string,
  fields: Record<string, string | string[]>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
  return world.request(path, {
    method: 'POST',
    body: new URLSearchParams(pairs).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

/** Stores a reader, as a confirmed sign-up for the daily would have, and returns the link to their preferences. */
export async function addReader(
  world: World,
  email: string,
  choices: Partial<Subscriber> = {},
): Promise<string> {
  await storeReader(world, email, choices);
  return manageLink(world, email);
}

/** Returns the link to a reader's preferences that is in every mail to them. */
export async function manageLink({ services, config }: World, email: string): Promise<string> {
  const id = await services.subscribers.idByAddress(addressHash(email));
  if (!id) throw new Error(`${email} is no reader`);
  return services.links.manage(id, config.baseUrl).slice(config.baseUrl.length);
}

/** Returns the link to another page of the reader, with the token of the link `manage`. */
export function beside(manage: string, path: string): string {
  return manage.replace('/subscriptions/manage', path);
}

/** Returns the data of a reader, as the reader can download them. */
export async function dataOf(world: World, manage: string): Promise<StoredData> {
  const answer = await world.request(beside(manage, '/subscriptions/manage/data'));
  expect(answer.status).toBe(200);
  return (await answer.json()) as StoredData;
}

/** Returns the ids of the readers who get an edition. */
export async function membersOf(world: World, edition: string) {
  const shards = Array.from({ length: 16 }, (_, shard) =>
    world.services.subscribers.members(edition, shard, undefined, 100),
  );
  return (await Promise.all(shards)).flat();
}

export async function suppressionOf(world: World, email: string) {
  const hash = addressHash(email);
  return (await world.services.subscribers.suppressions([hash])).get(hash);
}
