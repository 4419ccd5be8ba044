import { expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { faultsOf, importCsv, outcomes, readers } from '../support/lists.ts';
import { digestsTo, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { addReader, beside, dataOf, manageLink, membersOf, suppressionOf } from './reader.ts';
import { leftOf } from './traces.ts';

/** Readers who write to the newsroom: take me off, please, or erase me. */

const ANA = 'ana@reader.example';
const NOW = '2026-11-22T12:00:00.000Z';
const OLD_LIST = `email\n${ANA}\n`;

const leave = (world: World, query = `email=${ANA}`) =>
  world.edit('POST', `/api/subscribers/unsubscribe?${query}`);
const erase = (world: World, query = `email=${ANA}`) => world.edit('DELETE', `/api/subscribers?${query}`);

it('an editor takes a reader off one edition or all, and no import brings the reader back', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA, { editions: ['daily', 'weekly'] });
  const one = await leave(world, `email=ANA@Reader.example&edition=daily`);
  expect([one.status, await one.json()]).toEqual([
    200,
    { result: 'updated', unsubscribed: ['daily'], editions: ['weekly'] },
  ]);
  const all = await leave(world);
  expect(await all.json()).toEqual({ result: 'updated', unsubscribed: ['weekly'], editions: [] });
  expect(await (await leave(world)).json()).toEqual({ result: 'unchanged', unsubscribed: [], editions: [] });
  const { consentLog } = await dataOf(world, manage);
  expect(consentLog.slice(-2)).toEqual([
    { at: NOW, what: 'left', editions: ['weekly'], detail: 'editor, daily' },
    { at: NOW, what: 'left', editions: [], detail: 'editor, all' },
  ]);
  expect(world.log.lines.filter(({ message }) => message === 'an editor unsubscribed a reader')).toHaveLength(
    2,
  );
  expect(outcomes(await importCsv(world, OLD_LIST))).toEqual([
    '2 refused: left every edition on 2026-11-22; only the reader can subscribe again',
  ]);
  await subscribe(world, ANA);
  expect((await readers(world)).get(ANA)?.editions).toEqual(['daily']);
});

it.each([
  ['unsubscribes', leave],
  ['erases', erase],
])('a reader whom an editor %s after their mail was planned does not get it', async (_, act) => {
  const world = await setUp();
  await storeReader(world, ANA);
  await storeReader(world, 'ben@reader.example');
  await postStory(world);
  const held = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  expect(await sendNow(held, 'first')).toMatchObject({ planned: 2, sent: 0 });
  expect((await act(world)).status).toBe(200);
  world.pass(120_000);
  await world.sweep();
  await world.queue.drain();
  expect([digestsTo(world, ANA).length, digestsTo(world, 'ben@reader.example').length]).toEqual([0, 1]);
});

it('an editor erases a reader as the reader can, and the answer says what stays and until when', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA, { editions: ['daily', 'weekly'] });
  await postStory(world);
  await sendNow(world, 'first');
  await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['weekly'] } });
  await world.queue.drain();
  const again = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
  const { id } = (await dataOf(world, manage)).subscriber;

  const answer = await erase(world);
  const suppression = { reason: 'erased', at: NOW, erasedAt: NOW };
  const tomorrow = '2026-11-23T12:00:00.000Z';
  expect(await answer.json()).toEqual({
    result: 'erased',
    suppression,
    stays: [
      {
        what: 'the SHA-256 of the address, so that no list brings it back, until the reader signs up again',
        until: null,
      },
      { what: 'ids in issues that were sent, which lead to nobody', until: null },
      {
        what: 'the address in batches that were frozen and have no outcome yet',
        until: tomorrow,
      },
      { what: 'counts of requests, under the id and under the SHA-256 of the address', until: tomorrow },
      {
        what: 'mails in the mailbox to an address that the reader had before',
        until: '2026-12-22T12:00:00.000Z',
      },
    ],
  });
  expect(await leftOf(world, [ANA], [id])).toEqual([]);
  expect((await world.request(again, { method: 'POST' })).status).toBe(404);
  expect((await world.request(manage)).status).toBe(410);
  expect(JSON.stringify(world.log.lines)).not.toContain(ANA);
  // The same request again is no mistake, and changes nothing.
  world.pass(3_600_000);
  expect(await (await erase(world)).json()).toMatchObject({ result: 'unchanged', suppression });
  expect(outcomes(await importCsv(world, OLD_LIST))).toEqual([
    '2 refused: the reader had their data erased on 2026-11-22; an import cannot bring the address back',
  ]);
  await subscribe(world, ANA);
  expect(await membersOf(world, 'daily')).toHaveLength(1);
});

it('a reader is found by the id that an export has, and by the id of one who was merged into them', async () => {
  const world = await setUp();
  await addReader(world, ANA, { id: 'id-of-ana' });
  await addReader(world, 'new@reader.example', { id: 'id-of-the-other' });
  const change = beside(await manageLink(world, ANA), '/subscriptions/manage/address');
  await world.request(change, { method: 'POST', body: { email: 'new@reader.example' } });
  await world.queue.drain();
  await world.request(linkIn(world.mails.at(-1)?.text, '/subscriptions/address'), { method: 'POST' });
  const left = await leave(world, 'id=id-of-ana');
  expect(await left.json()).toMatchObject({ unsubscribed: ['daily'] });
  expect(await (await erase(world, 'id=id-of-the-other')).json()).toMatchObject({ result: 'erased' });
  expect(await suppressionOf(world, 'new@reader.example')).toMatchObject({ reason: 'erased' });
  expect((await erase(world, 'id=id-of-ana')).status).toBe(404);
});

it('two editors who erase a reader at the same time both succeed', async () => {
  const world = await setUp();
  const { id } = (await dataOf(world, await addReader(world, ANA))).subscriber;
  const answers = await Promise.all([erase(world), erase(await setUp({ sharing: world })), leave(world)]);
  expect(answers.slice(0, 2).map(({ status }) => status)).toEqual([200, 200]);
  expect(await leftOf(world, [ANA], [id])).toEqual([]);
});

it('an address that has no reader is answered with 404, and nothing is stored about it', async () => {
  const world = await setUp();
  for (const act of [leave, erase]) {
    const answer = await act(world);
    expect([answer.status, await faultsOf(answer)]).toEqual([
      404,
      [`There is no reader with the address ${ANA}.`],
    ]);
  }
  expect(await suppressionOf(world, ANA)).toBeUndefined();
});

it.each([
  ['', 'email or id must be there, and not both.'],
  [`email=${ANA}&id=x`, 'email or id must be there, and not both.'],
  ['email=ana', 'email must be a mail address.'],
  ['id=', 'id must be an id.'],
])('a request that names the reader as "%s" is refused', async (query, detail) => {
  const world = await setUp();
  await storeReader(world, ANA);
  for (const act of [leave, erase]) {
    const answer = await act(world, query);
    expect([answer.status, await faultsOf(answer)]).toEqual([400, [detail]]);
  }
  expect(await faultsOf(await leave(world, `email=${ANA}&edition=dayly`))).toEqual([
    'edition must be one of daily, weekly.',
  ]);
  expect(await membersOf(world, 'daily')).toHaveLength(1);
});

it('a token without the scope learns nothing of who is subscribed', async () => {
  const world = await setUp();
  await storeReader(world, ANA);
  const made = await world.edit('POST', '/api/tokens', { name: 'reads', scopes: ['articles:write'] });
  const { token } = (await made.json()) as { token: string };
  for (const [method, path] of [
    ['DELETE', '/api/subscribers'],
    ['POST', '/api/subscribers/unsubscribe'],
    ['POST', '/api/suppressions'],
  ] as const) {
    for (const bearer of [token, 'nobody']) {
      const [known, unknown] = await Promise.all(
        [ANA, 'nobody@reader.example'].map(async (email) => {
          const answer = await world.request(`${path}?email=${email}`, {
            method,
            headers: { authorization: `Bearer ${bearer}` },
          });
          return [answer.status, await answer.text()];
        }),
      );
      expect(known).toEqual(unknown);
      expect(known?.[0]).toBe(bearer === token ? 403 : 401);
    }
  }
  expect(await membersOf(world, 'daily')).toHaveLength(1);
});
