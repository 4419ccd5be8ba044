import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp, useDatabase } from '../support/installation.ts';
import { digestsTo, postStory, sendNow, withReaders } from '../support/newsroom.ts';
import { digestOf, SECRET, tell, told } from '../support/webhooks.ts';

useDatabase();

const EN = 'en@reader.example';
const path = (email: string, why = '') =>
  `/api/suppressions?email=${encodeURIComponent(email)}${why && `&why=${encodeURIComponent(why)}`}`;

it('GET /api/suppressions tells why an address is not mailed, and DELETE has it mailed again', async () => {
  const world = await withReaders({ config: { resendWebhookSecret: SECRET } });
  await sendNow(world, 'morning');
  await tell(world, told(world, digestOf(world, EN), 'complained'));
  const at = new Date(world.now()).toISOString();
  const seen = await world.edit('GET', path('EN@Reader.example'));
  expect(await seen.json()).toEqual({
    email: 'EN@reader.example',
    suppression: { reason: 'complained', at },
  });
  expect((await world.edit('DELETE', path(EN, 'She has written that it was a slip.'))).status).toBe(204);
  expect(world.log.lines.at(-1)).toMatchObject({
    message: 'a suppression was lifted',
    fields: { reason: 'complained', by: 'owner', why: 'She has written that it was a slip.' },
  });
  expect(await (await world.edit('GET', path(EN))).json()).toEqual({ email: EN, suppression: null });
  world.pass(3600_000);
  await postStory(world);
  await sendNow(world, 'noon');
  expect(digestsTo(world, EN)).toHaveLength(2);
});

it('DELETE /api/suppressions wants a reason, an address that is suppressed, and one that was not erased', async () => {
  const world = await setUp();
  const { subscribers } = world.services;
  const at = '2026-11-01T00:00:00.000Z';
  await subscribers.suppress(addressHash(EN), { reason: 'bounced', at });
  await subscribers.suppress(addressHash('gone@reader.example'), { reason: 'erased', at });
  const status = async (where: string) => (await world.edit('DELETE', where)).status;
  expect(await status(path(EN))).toBe(400);
  expect(await status(path('nobody@reader.example', 'x'))).toBe(404);
  expect(await status(path('gone@reader.example', 'x'))).toBe(409);
  expect(await status('/api/suppressions?why=x')).toBe(400);
  expect((await world.edit('GET', path(EN))).status).toBe(200);
  expect(await (await world.edit('GET', path(EN))).json()).toMatchObject({
    suppression: { reason: 'bounced' },
  });
});

it('only tokens for readers see and lift suppressions', async () => {
  const world = await setUp();
  const made = await world.edit('POST', '/api/tokens', { name: 'reads', scopes: ['subscribers:read'] });
  const { token } = (await made.json()) as { token: string };
  const ask = (method: string, bearer: string) =>
    world.request(path(EN, 'x'), { method, headers: { authorization: `Bearer ${bearer}` } });
  expect((await ask('GET', token)).status).toBe(200);
  expect((await ask('DELETE', token)).status).toBe(403);
  expect((await ask('GET', 'none')).status).toBe(401);
});
