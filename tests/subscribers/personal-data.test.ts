import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import type { Subscriber } from '../../functions/subscribers/subscriber.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { digestOf, SECRET, SOFT, tell, told } from '../support/webhooks.ts';
import { erase, killErasure } from './killed-erasure.ts';
import { addReader, beside, dataOf, membersOf, suppressionOf } from './reader.ts';
import { leftOf } from './traces.ts';

const ANA = 'ana@reader.example';

async function reader(choices: Partial<Subscriber> = {}): Promise<{ world: World; manage: string }> {
  const world = await setUp();
  return { world, manage: await addReader(world, ANA, choices) };
}

it('GET shows what will be lost and erases nothing, because mail scanners follow links', async () => {
  const { world, manage } = await reader({ language: 'es', editions: ['daily'] });
  const page = await (await world.request(beside(manage, '/subscriptions/erase'))).text();
  expect(page).toContain('su suscripción a «Primera luz»');
  expect(page).toContain(ANA);
  // The page also shows what will stay.
  expect(page).toContain('Queda una huella de la dirección');
  expect(page).toContain('conserva su dirección hasta que se envíe, un día como mucho');
  expect(await membersOf(world, 'daily')).toHaveLength(1);
});

it('an erasure leaves nothing but the hash of the address, and old links say so', async () => {
  const { world, manage } = await reader({ editions: ['daily', 'weekly'] });
  await postStory(world);
  await sendNow(world, 'first');
  const leave = linkIn(digestsTo(world, ANA)[0]?.text, '/unsubscribe');
  await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['weekly'] } });
  await world.queue.drain();
  const again = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
  const address = beside(manage, '/subscriptions/manage/address');
  await world.request(address, { method: 'POST', body: { email: 'new@reader.example' } });
  await world.queue.drain();
  const change = linkIn(world.mails.at(-1)?.text, '/subscriptions/address');
  const { id } = (await dataOf(world, manage)).subscriber;

  const erased = await erase(world, manage);
  expect(erased.status).toBe(200);
  const said = await erased.text();
  expect(said).toContain('Your data is erased');
  expect(said).toContain('What stays is the fingerprint of your address');
  expect(await leftOf(world, [ANA, 'new@reader.example'], [id])).toEqual([]);
  const erasedAt = '2026-11-22T12:00:00.000Z';
  expect(await suppressionOf(world, ANA)).toEqual({ reason: 'erased', at: erasedAt, erasedAt });
  for (const link of [manage, leave, beside(manage, '/subscriptions/manage/data')]) {
    const answer = await world.request(link);
    expect([link, answer.status]).toEqual([link, 410]);
    expect(await answer.text()).toContain('Your data is erased');
  }
  for (const link of [again, change])
    expect((await world.request(link, { method: 'POST' })).status).toBe(404);
  // A mail program that unsubscribes by one click gets 200, whether there is a reader or not.
  expect((await world.request(leave, { method: 'POST' })).status).toBe(200);
  expect((await erase(world, manage)).status).toBe(200);
});

it.each([
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'language=es&editions=weekly'],
  ['JSON', {}, { editions: ['weekly'] }],
])(
  'a reader who is erased while choices are saved by %s gets the answer of an erased reader, and nothing is left',
  async (_, headers, body) => {
    const { world, manage } = await reader();
    const { id } = (await dataOf(world, manage)).subscriber;
    const { subscribers } = world.services;
    const { write } = subscribers;
    subscribers.write = async (...change) => {
      subscribers.write = write;
      expect((await erase(await setUp({ sharing: world }), manage)).status).toBe(200);
      return write(...change);
    };
    const answer = await world.request(manage, { method: 'POST', headers, body });
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain('Your data is erased');
    expect(await leftOf(world, [ANA], [id])).toEqual([]);
  },
);

it('an erasure erases the bounces of an address, and a bounce that is reported later is not stored', async () => {
  const world = await setUp({ config: { resendWebhookSecret: SECRET } });
  const manage = await addReader(world, ANA);
  await postStory(world);
  await sendNow(world, 'first');
  const bounced = () => tell(world, told(world, digestOf(world, ANA), 'bounced', SOFT));
  const bounces = () => world.services.mailEvents.bounces(addressHash(ANA), world.now());
  await bounced();
  expect(await bounces()).toBeDefined();
  await erase(world, manage);
  expect(await bounces()).toBeUndefined();
  expect(await bounced()).toBe('applied');
  expect(await bounces()).toBeUndefined();
});

it('an erasure also takes the former ids of a reader if they are more than a transaction can hold', async () => {
  const { world, manage } = await reader();
  const { subscribers } = world.services;
  const id = (await subscribers.idByAddress(addressHash(ANA))) ?? '';
  const before = await subscribers.get(id);
  if (!before) throw new Error('there is no reader');
  const formerIds = Array.from({ length: 101 }, (_, n) => `former-${n}`);
  const next = { ...before, version: before.version + 1, formerIds };
  const event = { at: before.updatedAt, what: 'address' as const, editions: before.editions };
  expect(await subscribers.write(before, next, event)).toBe(true);
  expect((await erase(world, manage)).status).toBe(200);
  expect(await subscribers.getMany([id, ...formerIds])).toEqual([]);
});

it('a reader who is erased after an issue was planned does not get it', async () => {
  const { world, manage } = await reader();
  await addReader(world, 'ben@reader.example');
  await postStory(world);
  const held = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  await sendNow(held, 'first');
  await erase(world, manage);
  world.pass(120_000);
  await world.sweep();
  await world.queue.drain();
  expect([digestsTo(world, ANA).length, digestsTo(world, 'ben@reader.example').length]).toEqual([0, 1]);
});

it.each([
  [0, 'before'],
  [0, 'after'],
  [2, 'before'],
] as const)(
  'an erasure that dies at its write number %i, %s it takes effect, is ended by the next press of the button, and mails nobody in between',
  async (killed, effect) => {
    expect(await killErasure(killed, effect)).toBe(true);
  },
);

it('an erased reader who signs up and confirms is mailed again, and an import cannot bring them back', async () => {
  const { world, manage } = await reader();
  await erase(world, manage);
  const imported = await world.edit(
    'POST',
    '/api/subscribers/import?consent=By+post',
    `email,editions\n${ANA},daily\n`,
    {
      'content-type': 'text/csv',
    },
  );
  expect(await imported.text()).toContain('the reader had their data erased');
  expect(await membersOf(world, 'daily')).toEqual([]);
  world.pass(1000);
  await subscribe(world, ANA);
  expect(await suppressionOf(world, ANA)).toBeUndefined();
  await postStory(world);
  await sendNow(world, 'first');
  expect(digestsTo(world, ANA)).toHaveLength(1);
});

it('a complaint stays after an erasure, without its details, and no confirmation lifts it', async () => {
  const { world, manage } = await reader();
  await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['weekly'] } });
  await world.queue.drain();
  const confirmation = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
  await world.services.subscribers.suppress(addressHash(ANA), {
    reason: 'complained',
    at: '2026-11-20T00:00:00.000Z',
    detail: `abuse report for ${ANA}`,
  });
  const refused = await world.request(confirmation, { method: 'POST' });
  expect(refused.status).toBe(409);
  expect(await membersOf(world, 'weekly')).toEqual([]);
  await erase(world, manage);
  expect(await suppressionOf(world, ANA)).toEqual({
    reason: 'complained',
    at: '2026-11-20T00:00:00.000Z',
    erasedAt: new Date(world.now()).toISOString(),
  });
  const mails = world.mails.length;
  await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['weekly'] } });
  await world.queue.drain();
  expect(world.mails).toHaveLength(mails);
});

it('an address that bounced is asked once a day to confirm, and is not suppressed any more after it has confirmed', async () => {
  const { world } = await reader();
  await world.services.subscribers.suppress(addressHash(ANA), {
    reason: 'bounced',
    at: '2026-11-22T11:00:00.000Z',
  });
  const before = world.mails.length;
  const ask = async () => {
    await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['daily'] } });
    await world.request('/subscriptions/link', { method: 'POST', body: { email: ANA } });
    await world.queue.drain();
    return world.mails.length - before;
  };
  expect(await ask()).toBe(1);
  world.pass(23 * 3600_000);
  expect(await ask()).toBe(1);
  world.pass(3600_000);
  expect(await ask()).toBe(2);
  const confirmation = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
  expect((await world.request(confirmation, { method: 'POST' })).status).toBe(200);
  expect(await suppressionOf(world, ANA)).toBeUndefined();
});
