import { expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { afterwards, FAULTS } from '../support/provider.ts';

/**
 * A letter whose answer was lost is asked for again under its key, as long as the provider surely knows the key: after
 * that it would be a second one.
 */

useDatabase();

const HOUR = 3600_000;
const READER = 'ana@reader.example';

/** The answer to the first letter of a kind is lost. `asked`: how often the provider was asked to send it. */
async function losing(kind: string): Promise<{ world: World; asked: () => number }> {
  let asked = 0;
  const world = await setUp({
    config: withEditions({
      welcome: true,
      review: { editors: ['desk@paper.example'], minutesBefore: 30, otherwise: 'hold' },
    }),
    confirmations: ({ key }) => {
      if (!key.startsWith(`${kind}/`)) return undefined;
      asked += 1;
      return asked === 1 ? afterwards(FAULTS.dropped) : undefined;
    },
  });
  return { world, asked: () => asked };
}

const counted = (world: World, kind: string) =>
  world.mails.filter(({ key }) => key.startsWith(`${kind}/`)).length;

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function askForNewAddress(world: World): Promise<void> {
  await subscribe(world, READER);
  await world.request('/subscriptions/link', { method: 'POST', body: { email: READER } });
  await world.queue.drain();
  const manage = linkIn(world.mails.at(-1)?.text, '/subscriptions/manage');
  const body = 'email=new%40home.example';
  await world.request(manage.replace('manage?', 'manage/address?'), { method: 'POST', headers: FORM, body });
  await world.queue.drain();
}

const LETTERS: [kind: string, ask: (world: World) => Promise<unknown>][] = [
  [
    'confirmation',
    (world) =>
      world.request('/subscriptions', {
        method: 'POST',
        body: { email: READER, editions: ['daily'], language: 'en' },
      }),
  ],
  ['address', askForNewAddress],
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
    'proof',
    async (world) => {
      await postStory(world);
      await world.edit('POST', '/api/editions/daily/test', { to: [READER], language: 'en' });
    },
  ],
  [
    'draft',
    async (world) => {
      await postStory(world);
      await world.tick();
      world.pass(60_000);
      await world.tick();
    },
  ],
  [
    'moved',
    async (world) => {
      await askForNewAddress(world);
      const asked = linkIn(world.mails.at(-1)?.text, '/subscriptions/address');
      await world.request(asked, { method: 'POST' });
    },
  ],
];

const TRIES: [hours: number, asked: number][] = [
  [1, 2],
  // The provider knows the key for half an hour more; nobody relies on that.
  [23.5, 1],
  [25, 1],
];

it.for(LETTERS)('%s: repeated within the day it comes once, and after it not again', async ([kind, ask]) => {
  for (const [hours, times] of TRIES) {
    const { world, asked } = await losing(kind);
    await ask(world);
    await world.queue.drain();
    expect([asked(), counted(world, kind)]).toEqual([1, 1]);
    world.pass(hours * HOUR);
    await world.sweep();
    await world.queue.drain();
    expect([hours, asked(), counted(world, kind)]).toEqual([hours, times, 1]);
    expect(await world.services.outbox.leftBefore('9999', 10)).toEqual([]);
  }
});
