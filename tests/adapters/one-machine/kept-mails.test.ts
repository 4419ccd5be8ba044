import { expect, it } from 'vitest';
import { brotlied, putItem } from '../../../functions/adapters/dynamo/dynamo-client.ts';
import { MAILBOX, mailKey, mailListKey } from '../../../functions/adapters/dynamo/dynamo-keys.ts';
import { queryItems } from '../../../functions/adapters/dynamo/dynamo-requests.ts';
import { erase } from '../../subscribers/killed-erasure.ts';
import { addReader, beside, dataOf } from '../../subscribers/reader.ts';
import { tracesOf } from '../../subscribers/traces.ts';
import { MAILBOX_KEY, setUp, type World } from '../../support/installation.ts';
import { linkIn } from '../../support/newsroom.ts';

/** How long the mailbox keeps mails, and what an erasure does about them. */

const ANA = 'ana@reader.example';
const BEN = 'ben@reader.example';
const DAY = 24 * 3600_000;

/** Sends a mail to the mailbox. Returns its id. */
async function send(world: World, to: string, more: Record<string, unknown> = {}): Promise<string> {
  const answer = await world.request('/mailbox/api/emails', {
    method: 'POST',
    headers: { authorization: `Bearer ${MAILBOX_KEY}` },
    body: { from: 'The Paper <news@paper.example>', to, subject: 'Today', text: 'Hello', ...more },
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}

/** Stores a mail as older versions did. */
async function storeOlder(world: World, id: string, to: string): Promise<void> {
  const createdAt = new Date(world.now()).toISOString();
  const mail = { id, createdAt, to: [to], from: 'a@paper.example', subject: 'Old', html: '', text: '' };
  await putItem(world.table, {
    ...mailKey(id),
    z: brotlied({ ...mail, replyTo: [], headers: {}, tags: [] }),
  });
  await putItem(world.table, { ...mailListKey(createdAt, id), ids: [id] });
}

async function statusOf(world: World, id: string): Promise<number> {
  return (await world.request(`/mailbox/${id}`)).status;
}

it('an erasure deletes the mails to the reader and to the address before, and the list shows the others', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA);
  const toBen = await send(world, BEN);
  const own = [await send(world, `Ana <${ANA}>`), await send(world, ANA.toUpperCase())];
  await world.request(beside(manage, '/subscriptions/manage/address'), {
    method: 'POST',
    body: { email: 'new@reader.example' },
  });
  await world.queue.drain();
  const change = linkIn(world.mails.at(-1)?.text, '/subscriptions/address');
  expect((await world.request(change, { method: 'POST' })).status).toBe(200);
  own.push(await send(world, 'new@reader.example'));
  expect(await Promise.all(own.map((mail) => statusOf(world, mail)))).toEqual([200, 200, 200]);
  expect((await erase(world, manage)).status).toBe(200);
  expect(await Promise.all(own.map((mail) => statusOf(world, mail)))).toEqual([404, 404, 404]);
  expect(await tracesOf(world, [], [...own.map((mail) => `MAIL#${mail}`), 'MAILTO#'])).toEqual([
    expect.objectContaining({ sk: toBen }),
  ]);
  const answer = await world.request('/mailbox/api/emails?limit=1');
  expect(await answer.json()).toMatchObject({ has_more: false, data: [{ id: toBen }] });
});

it('an editor who erases a reader deletes the mails to the reader too', async () => {
  const world = await setUp();
  await addReader(world, ANA);
  const mail = await send(world, ANA);
  expect((await world.edit('DELETE', `/api/subscribers?email=${ANA}`)).status).toBe(200);
  expect(await statusOf(world, mail)).toBe(404);
});

it('an erasure leaves the mails to an address that the reader wanted to have, if somebody else has it', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA);
  await addReader(world, BEN);
  const toBen = await send(world, BEN);
  await world.request(beside(manage, '/subscriptions/manage/address'), {
    method: 'POST',
    body: { email: BEN },
  });
  expect((await erase(world, manage)).status).toBe(200);
  expect(await statusOf(world, toBen)).toBe(200);
});

it('a mail of an issue to a reader who was erased while it was under way is not kept', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA);
  const { id } = (await dataOf(world, manage)).subscriber;
  const tags = [{ name: 'subscriber', value: id }];
  expect(await statusOf(world, await send(world, ANA, { tags }))).toBe(200);
  await erase(world, manage);
  expect(await statusOf(world, await send(world, ANA, { tags }))).toBe(404);
  expect(await statusOf(world, await send(world, ANA))).toBe(200);
});

it('a mail is kept for thirty days', async () => {
  const world = await setUp();
  const mail = await send(world, ANA, { tags: [] });
  world.pass(30 * DAY - 1000);
  await world.tick();
  expect(await statusOf(world, mail)).toBe(200);
  world.pass(1000);
  expect(await statusOf(world, mail)).toBe(404);
  expect(await (await world.request('/mailbox')).text()).not.toContain(ANA);
  await world.tick();
  expect(await tracesOf(world, [ANA], [mail])).toEqual([]);
});

it('mails of older versions are found by an erasure after the first tick, and are kept for thirty days too', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA);
  await storeOlder(world, 'old-ana', ANA);
  await storeOlder(world, 'old-ben', BEN);
  await world.tick();
  expect([await statusOf(world, 'old-ana'), await statusOf(world, 'old-ben')]).toEqual([200, 200]);
  await erase(world, manage);
  expect([await statusOf(world, 'old-ana'), await statusOf(world, 'old-ben')]).toEqual([404, 200]);
  world.pass(30 * DAY);
  await world.tick();
  expect(await tracesOf(world, [ANA, BEN], ['old-ana', 'old-ben'])).toEqual([
    expect.objectContaining({ reason: 'erased' }),
  ]);
  expect(await queryItems(world.table, { pk: MAILBOX })).toEqual([]);
});

it('a mail of an older version to a reader who was erased meanwhile is deleted by the first tick', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA);
  await storeOlder(world, 'old-ana', ANA);
  world.pass(1000);
  await erase(world, manage);
  expect(await statusOf(world, 'old-ana')).toBe(200);
  await world.tick();
  expect(await statusOf(world, 'old-ana')).toBe(404);
});
