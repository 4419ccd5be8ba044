import { expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { afterwards, FAULTS } from '../support/provider.ts';

/**
 * A letter whose answer was lost is asked for again under its key, as long as the provider knows the key: after that it
 * would be a second one.
 */

useDatabase();

const HOUR = 3600_000;
const READER = 'ana@reader.example';

/** The answer to the first letter of a kind is lost, and nobody tries again for a day. */
async function losing(kind: string): Promise<World> {
  let isLost = false;
  return setUp({
    config: withEditions({
      welcome: true,
      review: { editors: ['desk@paper.example'], minutesBefore: 30, otherwise: 'hold' },
    }),
    confirmations: ({ key }) => {
      if (isLost || !key.startsWith(`${kind}/`)) return undefined;
      isLost = true;
      return afterwards(FAULTS.dropped);
    },
  });
}

const counted = (world: World, kind: string) =>
  world.mails.filter(({ key }) => key.startsWith(`${kind}/`)).length;

const LETTERS: [kind: string, ask: (world: World) => Promise<unknown>][] = [
  [
    'link',
    async (world) => {
      await subscribe(world, READER);
      await world.request('/subscriptions/link', { method: 'POST', body: { email: READER } });
    },
  ],
  [
    'welcome',
    async (world) => {
      await subscribe(world, 'first@reader.example');
      await postStory(world);
      await sendNow(world, 'morning');
      await subscribe(world, READER);
    },
  ],
  [
    'test',
    async (world) => {
      await postStory(world);
      await world.edit('POST', '/api/editions/daily/test', { to: [READER], language: 'en' });
    },
  ],
  [
    'moved',
    async (world) => {
      await subscribe(world, READER);
      await world.request('/subscriptions/link', { method: 'POST', body: { email: READER } });
      await world.queue.drain();
      const manage = linkIn(world.mails.at(-1)?.text, '/subscriptions/manage');
      await world.request(manage.replace('manage?', 'manage/address?'), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'email=new%40home.example',
      });
      await world.queue.drain();
      const asked = linkIn(world.mails.at(-1)?.text, '/subscriptions/address');
      await world.request(asked, { method: 'POST' });
    },
  ],
];

it.for(LETTERS)('%s: repeated within the day it comes once, and after it not again', async ([kind, ask]) => {
  for (const hours of [1, 25]) {
    const world = await losing(kind);
    await ask(world);
    await world.queue.drain();
    expect(counted(world, kind)).toBe(1);
    world.pass(hours * HOUR);
    await world.sweep();
    await world.queue.drain();
    expect(counted(world, kind)).toBe(1);
    expect(await world.services.outbox.leftBefore('9999', 10)).toEqual([]);
  }
});
