import { expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { afterwards, FAULTS } from '../support/provider.ts';

/**
 * If the answer to a letter is lost, the provider is asked again with the same key, as long as it surely still knows
 * the key. After that time another request could send a second mail, so there is none.
 */

const HOUR = 3600_000;
const READER = 'ana@reader.example';

/**
 * Loses the answer to the first letter of a kind. `asked` returns how often the provider was asked to send such a
 * letter.
 */
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
  // The provider knows the key for half an hour more, but nothing may rely on that.
  [23.5, 1],
  [25, 1],
];

it.for(LETTERS)(
  'a letter of the kind %s whose answer is lost is repeated within a day and comes once, and is not repeated after a day',
  async ([kind, ask]) => {
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
  },
);
