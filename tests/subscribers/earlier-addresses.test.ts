import { expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { linkIn, subscribe } from '../support/newsroom.ts';
import { erase, killAt } from './killed-erasure.ts';
import { addReader, beside, dataOf, manageLink, membersOf, suppressionOf } from './reader.ts';
import { leftOf } from './traces.ts';

/** What an erasure does about addresses that the reader had before. */

const OLD = 'ana@reader.example';
const NEW = 'ana@newhome.example';
const HOUR = 3600_000;

async function signUp(world: World, email: string): Promise<void> {
  await world.request('/subscriptions', { method: 'POST', body: { email, editions: ['weekly'] } });
  await world.queue.drain();
}

async function askFor(world: World, manage: string, email: string): Promise<string> {
  const address = beside(manage, '/subscriptions/manage/address');
  await world.request(address, { method: 'POST', body: { email } });
  await world.queue.drain();
  return linkIn(world.mails.findLast(({ to }) => to === email)?.text, '/subscriptions/address');
}

async function press(world: World, link: string): Promise<void> {
  expect((await world.request(link, { method: 'POST' })).status).toBe(200);
  await world.queue.drain();
}

async function expectErased(world: World, manage: string, addresses: string[]): Promise<void> {
  const { id } = (await dataOf(world, manage)).subscriber;
  expect((await erase(world, manage)).status).toBe(200);
  expect(await leftOf(world, addresses, [id])).toEqual([]);
}

it.each([0, 1, 71, 73, 100])(
  'an erasure %i hours after a change of address leaves no sign-up with the old address',
  async (hours) => {
    const world = await setUp();
    // Nobody confirms the first sign-up, and the reader confirms the second one.
    await signUp(world, OLD);
    await subscribe(world, OLD);
    const manage = await manageLink(world, OLD);
    const link = await askFor(world, manage, NEW);
    world.pass(10 * HOUR);
    await signUp(world, OLD);
    await press(world, link);
    world.pass(hours * HOUR);
    await expectErased(world, manage, [OLD, NEW]);
  },
);

it('an erasure finds a sign-up that was asked for after the change of address and before its button was pressed', async () => {
  const world = await setUp();
  const manage = await addReader(world, OLD);
  const link = await askFor(world, manage, NEW);
  world.pass(60 * HOUR);
  await signUp(world, OLD);
  await press(world, link);
  // The request to change the address is more than three days old, and the sign-up is not.
  world.pass(20 * HOUR);
  await expectErased(world, manage, [OLD, NEW]);
});

it('an erasure leaves a sign-up by somebody else who has the old address by now', async () => {
  const world = await setUp();
  const manage = await addReader(world, OLD);
  await press(world, await askFor(world, manage, NEW));
  await subscribe(world, OLD);
  await signUp(world, OLD);
  const confirmation = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
  expect((await erase(world, manage)).status).toBe(200);
  await press(world, confirmation);
  expect(await membersOf(world, 'weekly')).toHaveLength(1);
});

it('an old link of a merged reader finishes an erasure that broke off before its last step', async () => {
  const world = await setUp();
  const manage = await addReader(world, OLD);
  const merged = await addReader(world, NEW);
  await press(world, await askFor(world, manage, NEW));
  const { id, formerIds = [] } = (await dataOf(world, manage)).subscriber;
  expect(formerIds).toHaveLength(1);
  const dying = await setUp({ sharing: world });
  killAt(dying, 2, 'before');
  expect((await erase(dying, merged)).status).toBe(500);
  expect((await suppressionOf(world, NEW))?.reason).toBe('erased');
  expect((await world.request(merged)).status).toBe(200);
  expect((await erase(world, merged)).status).toBe(200);
  expect(await leftOf(world, [OLD, NEW], [id, ...formerIds])).toEqual([]);
});
