import { ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { testConfig } from '../support/config.ts';
import { allItems } from '../support/database.ts';
import { setUp, type World } from '../support/installation.ts';
import { linkIn, subscribe } from '../support/newsroom.ts';
import { PLAIN_TEMPLATES } from '../support/templates.ts';
import { meterOf } from '../support/units.ts';
import { addReader, beside, manageLink, postForm } from './reader.ts';

/** What anybody on the internet can do with the forms of readers, without the link of a reader. */

const onAws = (sourceIp: string) => ({ requestContext: { http: { sourceIp } } });
const onOneMachine = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });

/** Signs up `count` addresses. `from` returns where each request comes from. Returns how many are accepted. */
async function taken(
  world: World,
  count: number,
  from: (n: number) => { peer: object; headers?: Record<string, string> },
): Promise<number> {
  const statuses = [];
  for (let n = 0; n < count; n++) {
    const body = { email: `reader-${n}@reader.example`, editions: ['daily'] };
    statuses.push((await world.request('/subscriptions', { method: 'POST', body, ...from(n) })).status);
  }
  return statuses.filter((status) => status === 202).length;
}

it('one client can have 20 mails an hour sent, whatever it asks for, and then is told when to come again', async () => {
  const world = await setUp();
  const peer = onOneMachine('203.0.113.7');
  expect(await taken(world, 18, () => ({ peer }))).toBe(18);
  const post = (path: string, body: unknown) => world.request(path, { method: 'POST', body, peer });
  const signUp = { email: 'more@reader.example', editions: ['daily'] };
  // A refused request sends no mail, and is not counted.
  expect((await post('/subscriptions', { ...signUp, email: 'more' })).status).toBe(422);
  expect((await post('/subscriptions', signUp)).status).toBe(202);
  expect((await post('/subscriptions/link', { email: 'x@reader.example' })).status).toBe(202);
  for (const path of ['/subscriptions', '/subscriptions/link']) {
    const refused = await post(path, signUp);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('3600');
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
  }
  const form = await world.request('/subscriptions', {
    method: 'POST',
    body: new URLSearchParams({ ...signUp, editions: 'daily', language: 'es' }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'es' },
    peer,
  });
  expect([form.status, form.headers.get('retry-after')]).toEqual([429, '3600']);
  expect(await form.text()).toContain('Demasiadas peticiones');
  expect(await taken(world, 1, () => ({ peer: onOneMachine('203.0.113.8') }))).toBe(1);
  world.pass(3600_000);
  expect((await post('/subscriptions', signUp)).status).toBe(202);
});

/** Sets the counts of all clients, or networks, that have asked to `mails` mails in this hour. */
async function countAs(world: World, mails: number, what: 'client' | 'network' = 'client'): Promise<void> {
  const { client, name: TableName } = world.table;
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  for (const { pk, sk } of Items.filter((item) => String(item.pk).startsWith(`THROTTLE#${what}#`)))
    await client.send(
      new UpdateCommand({
        ...{ TableName, Key: { pk, sk }, UpdateExpression: 'SET n = :mails' },
        ExpressionAttributeValues: { ':mails': mails },
      }),
    );
}

/**
 * Signs up once from the first place, and sets that client's count so that one more mail is left to it. Then signs up
 * from the other places, and returns how many of these sign-ups are accepted.
 */
async function takenAfter(
  world: World,
  [first, ...others]: { peer: object; headers?: Record<string, string> }[],
): Promise<number> {
  expect(await taken(world, 1, () => first ?? { peer: {} })).toBe(1);
  await countAs(world, 19);
  return taken(world, others.length, (n) => others[n] ?? { peer: {} });
}

it('a client is known by its IPv4 address, however it is written, or by its IPv6 network of 64 bits', async () => {
  const places = (...addresses: string[]) => addresses.map((address) => ({ peer: onOneMachine(address) }));
  const mixed = places('203.0.113.7', '::ffff:203.0.113.7', '203.0.113.7', '::ffff:cb00:7107');
  expect(await takenAfter(await setUp(), mixed)).toBe(1);
  const network = places('2001:db8:1:2::1', '2001:db8:1:2:a::2', '2001:db8:1:2:ffff::3', '2001:db8:1:2::4');
  expect(await takenAfter(await setUp(), network)).toBe(1);
  const networks = places('2001:db8:1:2::1', '2001:db8:1:3::1', '2001:db8:1:4::1', '2001:db8:1:5::1');
  expect(await takenAfter(await setUp(), networks)).toBe(3);
});

it('all clients of one IPv6 /48 together can have 100 mails an hour sent, and nothing is written for more', async () => {
  const world = await setUp();
  const at = (address: string) => () => ({ peer: onOneMachine(address) });
  expect(await taken(world, 1, at('2001:db8:1:1::1'))).toBe(1);
  await countAs(world, 99, 'network');
  expect(await taken(world, 1, at('2001:db8:1:2::1'))).toBe(1);
  const before = await allItems(world.table);
  expect(await taken(world, 3, (n) => at(`2001:db8:1:${n}00::1`)())).toBe(0);
  const refused = await world.request('/subscriptions/link', {
    ...{ method: 'POST', body: { email: 'x@reader.example' } },
    ...at('2001:db8:1:99::1')(),
  });
  expect([refused.status, (await refused.json()).detail]).toEqual([
    429,
    'At most 100 mails an hour are sent for one network. Try again in an hour.',
  ]);
  expect(await allItems(world.table)).toEqual(before);
  expect(await taken(world, 1, at('2001:db8:2:1::1'))).toBe(1);
});

it('nothing is written for the request of a client that has asked for too many mails', async () => {
  const world = await setUp();
  const from = () => ({ peer: onOneMachine('203.0.113.7') });
  await taken(world, 1, from);
  await countAs(world, 20);
  const before = await allItems(world.table);
  expect(await taken(world, 3, from)).toBe(0);
  expect(await allItems(world.table)).toEqual(before);
});

it('a client that writes X-Forwarded-For itself is known by the same address as without it', async () => {
  const places = (peer: object, more: Record<string, string> = {}) =>
    [1, 2, 3, 4].map((n) => ({ peer, headers: { 'x-forwarded-for': `198.51.100.${n}`, ...more } }));
  expect(await takenAfter(await setUp(), places(onOneMachine('203.0.113.7')))).toBe(1);
  const here = await setUp({ config: testConfig() });
  expect(await takenAfter(here, places(onOneMachine('127.0.0.1')))).toBe(1);
  const aws = await setUp({ config: { edgeKey: 'key-of-the-edge' } });
  expect(await takenAfter(aws, places(onAws('203.0.113.7'), { 'x-broadsheet-edge': 'guessed' }))).toBe(1);
});

it('behind CloudFront a client is known by the address that CloudFront saw, and not by an address that it claims', async () => {
  const through = (viewer: string, said: number) => ({
    peer: onAws('130.176.0.1'),
    headers: {
      'x-broadsheet-edge': 'key-of-the-edge',
      // The header has what the client wrote, then the address that CloudFront saw, then the one that API Gateway saw.
      'x-forwarded-for': `198.51.100.${said}, ${viewer}, 130.176.0.1`,
    },
  });
  const one = [1, 2, 3, 4].map((said) => through('203.0.113.7', said));
  expect(await takenAfter(await setUp({ config: { edgeKey: 'key-of-the-edge' } }), one)).toBe(1);
  const many = [1, 2, 3, 4].map((n) => through(`203.0.113.${100 + n}`, 1));
  expect(await takenAfter(await setUp({ config: { edgeKey: 'key-of-the-edge' } }), many)).toBe(3);
});

it('behind a proxy on the same machine a client is known by the address that the proxy saw', async () => {
  const through = (viewer: string) => ({
    peer: onOneMachine('127.0.0.1'),
    headers: { 'x-forwarded-for': `198.51.100.1, ${viewer}` },
  });
  const one = [1, 2, 3, 4].map(() => through('203.0.113.7'));
  expect(await takenAfter(await setUp(), one)).toBe(1);
  const many = [1, 2, 3, 4].map((n) => through(`203.0.113.${100 + n}`));
  expect(await takenAfter(await setUp(), many)).toBe(3);
});

it('the address of a client is not in the table', async () => {
  const world = await setUp();
  await taken(world, 1, () => ({ peer: onOneMachine('203.0.113.7') }));
  const { Items = [] } = await world.table.client.send(new ScanCommand({ TableName: world.table.name }));
  expect(Items.some(({ pk }) => String(pk).startsWith('THROTTLE#client#'))).toBe(true);
  expect(JSON.stringify(Items)).not.toContain('203.0.113');
});

it('the link to the preferences is mailed only to subscribers, and the answer is the same for everybody', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@reader.example', { language: 'es' });
  const ask = async (email: string) => {
    const answer = await postForm(world, '/subscriptions/link', { email });
    return [answer.status, await answer.text(), JSON.stringify([...answer.headers])];
  };
  expect(await ask('nobody@reader.example')).toEqual(await ask('ana@reader.example'));
  await world.queue.drain();
  expect(world.mails.filter(({ to }) => to === 'nobody@reader.example')).toEqual([]);
  const mail = world.mails.at(-1);
  expect([mail?.to, mail?.subject]).toEqual(['ana@reader.example', 'Sus boletines de El Heraldo del Lago']);
  const page = await world.request(linkIn(mail?.text, '/subscriptions/manage'));
  expect(page.status).toBe(200);
});

it('one address is mailed three times an hour, by sign-ups and requests for a link together', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@reader.example');
  for (let n = 0; n < 3; n++) {
    await world.request('/subscriptions/link', { method: 'POST', body: { email: 'ana@reader.example' } });
    await world.request('/subscriptions', {
      method: 'POST',
      body: { email: 'ana@reader.example', editions: ['daily'] },
    });
  }
  await world.queue.drain();
  expect(world.mails).toHaveLength(3);
});

it('the form for the link shows that an address is wrong, and mails nobody if a program fills in all fields', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@reader.example');
  const wrong = await postForm(world, '/subscriptions/link', { email: 'ana' });
  expect(wrong.status).toBe(422);
  expect(await wrong.text()).toMatch(
    /<input id="link-email"[^>]* value="ana" aria-invalid="true"[^>]* autofocus>/,
  );
  const filled = { email: 'ana@reader.example', website: 'https://spam.example' };
  expect((await postForm(world, '/subscriptions/link', filled)).status).toBe(202);
  await world.queue.drain();
  expect(world.mails).toHaveLength(1);
});

it('a reader who signs up again is told that they are subscribed, and gets the link to their preferences', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@reader.example');
  await world.request('/subscriptions', {
    method: 'POST',
    body: { email: 'ana@reader.example', editions: ['weekly'] },
  });
  await world.queue.drain();
  const mail = world.mails.at(-1);
  expect(mail?.text).toContain('You get newsletters of The Lakeside Courier already.');
  expect(linkIn(mail?.text, '/subscriptions/manage')).toBe(await manageLink(world, 'ana@reader.example'));
  expect(linkIn(mail?.text, '/subscriptions/confirm')).not.toBe('');
});

it('a request and the work after it are the same for every address, so neither tells who is subscribed', async () => {
  let reads = 0;
  const templates = new Proxy(PLAIN_TEMPLATES, {
    get: (all, name) => {
      reads += 1;
      return Reflect.get(all, name);
    },
  });
  const world = await setUp({ templates });
  const names = ['ana', 'complained', 'bounced', 'nobody'];
  for (const name of names.slice(0, 3)) await subscribe(world, `${name}@reader.example`);
  for (const reason of ['complained', 'bounced'] as const)
    await world.services.subscribers.suppress(addressHash(`${reason}@reader.example`), {
      ...{ reason, at: '2026-11-22T12:00:00.000Z' },
    });
  world.pass(25 * 3600_000);
  await world.queue.drain();
  const meter = meterOf(world.table);
  // An address that bounced is asked to confirm once a day, so each address signs up twice.
  for (const path of ['/subscriptions/link', '/subscriptions', '/subscriptions']) {
    const taken = [];
    for (const name of names) {
      const body = { email: `${name}@reader.example`, editions: ['daily'] };
      const asked = await meter.during(() => world.request(path, { method: 'POST', body }));
      expect(asked.result.status).toBe(202);
      const waiting = world.queue.waiting();
      reads = 0;
      const after = await meter.during(() => world.queue.drain());
      taken.push([
        asked.commands,
        asked.read,
        asked.write,
        waiting,
        after.commands,
        after.read,
        after.write,
        reads,
      ]);
    }
    expect(taken[0]?.[0]).toContain('TransactWriteItemsCommand');
    expect(taken[0]?.[3]).toBe(1);
    expect(taken[0]?.at(-1)).toBeGreaterThan(0);
    for (const [n, each] of taken.entries())
      expect([path, names[n], ...each]).toEqual([path, names[n], ...(taken[0] ?? [])]);
  }
  const mailed = (name: string) => world.mails.filter(({ to }) => to === `${name}@reader.example`).length;
  expect(names.map(mailed)).toEqual([1 + 3, 1, 1 + 1, 2]);
  expect(await world.services.outbox.leftBefore('9999', 10)).toEqual([]);
});

it('the letter to a new address takes the same work whether or not the address has a reader', async () => {
  const world = await setUp();
  const manage = await addReader(world, 'ana@reader.example');
  for (const name of ['other', 'complained']) await addReader(world, `${name}@reader.example`);
  await world.services.subscribers.suppress(addressHash('complained@reader.example'), {
    ...{ reason: 'complained', at: '2026-11-22T12:00:00.000Z' },
  });
  const meter = meterOf(world.table);
  const taken = [];
  for (const name of ['other', 'complained', 'nobody']) {
    const path = beside(manage, '/subscriptions/manage/address');
    const body = { email: `${name}@reader.example` };
    const asked = await meter.during(() => world.request(path, { method: 'POST', body }));
    const after = await meter.during(() => world.queue.drain());
    taken.push([asked.result.status, asked.read, asked.write, after.commands, after.read, after.write]);
  }
  // The first of the three requests begins the counter of the reader's changes, and the others add to it.
  expect(taken[1]).toEqual(taken[0]);
  expect(taken[2]).toEqual(taken[0]);
  expect(world.mails.map(({ to }) => to)).toEqual(['other@reader.example', 'nobody@reader.example']);
});
