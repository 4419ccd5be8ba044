import { expect } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, postStory, sendNow } from '../support/newsroom.ts';
import { addReader, beside, dataOf, suppressionOf } from './reader.ts';
import { leftOf } from './traces.ts';

const ANA = 'ana@reader.example';

export const erase = (world: World, manage: string): Promise<Response> =>
  world.request(beside(manage, '/subscriptions/erase'), { method: 'POST' });

/** Makes the process die at its write number `killed`, counted from 0, before or after the write takes effect. */
export function killAt(world: World, killed: number, effect: 'before' | 'after'): void {
  const { client } = world.table;
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  let writes = 0;
  client.send = (async (command: object) => {
    const isWrite = !/^(?:Get|BatchGet|Query)/.test(command.constructor.name);
    const dies = isWrite && writes++ >= killed;
    if (dies && effect === 'before') throw new Error('killed');
    const answer = await send(command);
    if (dies) throw new Error('killed');
    return answer;
  }) as typeof client.send;
}

/**
 * Kills an erasure at a write. Expects that nobody is mailed in between, and that the next press of the button ends the
 * erasure. Returns false if the erasure has fewer writes, so that it was not killed.
 */
export async function killErasure(killed: number, effect: 'before' | 'after'): Promise<boolean> {
  const world = await setUp();
  const manage = await addReader(world, ANA, { editions: ['daily', 'weekly'] });
  const { id } = (await dataOf(world, manage)).subscriber;
  await postStory(world);
  const dying = await setUp({ sharing: world });
  killAt(dying, killed, effect);
  if ((await erase(dying, manage)).status === 200) return false;
  const isBegun = effect === 'after' || killed > 0;
  expect((await suppressionOf(world, ANA))?.reason).toBe(isBegun ? 'erased' : undefined);
  await sendNow(world, 'first');
  expect(digestsTo(world, ANA)).toHaveLength(isBegun ? 0 : 1);
  expect((await erase(world, manage)).status).toBe(200);
  expect(await leftOf(world, [ANA], [id])).toEqual([]);
  return true;
}
