import { describe, expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp } from '../support/installation.ts';
import { linkIn, subscribe } from '../support/newsroom.ts';
import { FAULTS } from '../support/provider.ts';

const request = { email: 'ana@reader.example', language: 'es', editions: ['daily'] };

describe('POST /subscriptions', () => {
  it('answers 202 and mails a confirmation in the reader’s language', async () => {
    const world = await setUp();
    const answer = await world.request('/subscriptions', { method: 'POST', body: request });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('set-cookie')).toBeNull();
    await world.queue.drain();
    expect(world.mails.map(({ to }) => to)).toEqual(['ana@reader.example']);
    expect(world.mails[0]?.html).toContain('lang="es"');
    expect(world.mails[0]?.key).toMatch(/^confirmation\//);
  });

  it('answers a known address with the same bytes as an unknown one', async () => {
    const world = await setUp();
    await subscribe(world, 'ana@reader.example');
    const known = await world.request('/subscriptions', {
      method: 'POST',
      body: { ...request, email: 'ana@reader.example' },
    });
    const unknown = await world.request('/subscriptions', {
      method: 'POST',
      body: { ...request, email: 'eva@reader.example' },
    });
    expect(known.status).toBe(unknown.status);
    expect(await known.text()).toBe(await unknown.text());
    expect([...known.headers]).toEqual([...unknown.headers]);
  });

  it('lists every fault with its pointer', async () => {
    const world = await setUp();
    const answer = await world.request('/subscriptions', {
      method: 'POST',
      body: { email: 'no', language: 'fr', editions: ['monthly'], topics: ['x'] },
    });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const { errors } = (await answer.json()) as { errors: { pointer: string; detail: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/email', '/language', '/editions/0', '/topics/0']);
    expect(errors[2]?.detail).toBe('must be one of daily, weekly');
  });

  it('shows a form with faults again, with the values that were typed', async () => {
    const world = await setUp();
    const body = new URLSearchParams({ email: 'not an address', 'editions[]': 'weekly' }).toString();
    const answer = await world.request('/subscriptions', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('value="not an address"');
  });

  it('takes a form and tells the reader to look into the inbox', async () => {
    const world = await setUp();
    const body = new URLSearchParams([
      ['email', 'ana@reader.example'],
      ['language', 'es'],
      ['editions', 'daily'],
      ['editions', 'weekly'],
    ]).toString();
    const answer = await world.request('/subscriptions', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(202);
    expect(await answer.text()).toContain('Revise su correo');
    await world.queue.drain();
    expect(world.mails).toHaveLength(1);
  });

  it('mails nobody whose form was filled in by a program', async () => {
    const world = await setUp();
    const answer = await world.request('/subscriptions', {
      method: 'POST',
      body: { ...request, website: 'https://spam.example' },
    });
    expect(answer.status).toBe(202);
    await world.queue.drain();
    expect(world.mails).toEqual([]);
  });

  it('mails one address at most three times an hour', async () => {
    const world = await setUp();
    for (let i = 0; i < 5; i++)
      expect((await world.request('/subscriptions', { method: 'POST', body: request })).status).toBe(202);
    await world.queue.drain();
    expect(world.mails).toHaveLength(3);
    world.pass(3600_000);
    await world.request('/subscriptions', { method: 'POST', body: request });
    await world.queue.drain();
    expect(world.mails).toHaveLength(4);
  });

  it.each([
    'a@b',
    'a b@c.example',
    'a@c.example\r\nBcc: x@y.example',
    'a@-c.example',
    '@c.example',
    'a@127.0.0.1',
    `${'a'.repeat(65)}@c.example`,
    'a..b@c.example',
    '\ud800@b.example',
    '',
  ])('refuses %j as an address', async (email) => {
    const world = await setUp();
    expect(
      (await world.request('/subscriptions', { method: 'POST', body: { ...request, email } })).status,
    ).toBe(422);
  });

  it.each([
    'o’brien+news@sub.paper.example',
    'josé@correo.example',
    'ana@españa.example',
    'ANA@Reader.Example ',
  ])('accepts %j', async (email) => {
    const world = await setUp();
    expect(
      (await world.request('/subscriptions', { method: 'POST', body: { ...request, email } })).status,
    ).toBe(202);
  });

  it('refuses another media type, broken JSON and a body of a megabyte', async () => {
    const world = await setUp();
    const post = (body: string, type: string) =>
      world.request('/subscriptions', { method: 'POST', body, headers: { 'content-type': type } });
    expect((await post('x', 'text/plain')).status).toBe(415);
    expect((await post('{', 'application/json')).status).toBe(400);
    expect((await post('[]', 'application/json')).status).toBe(400);
    expect((await post(JSON.stringify({ ...request, x: 'x'.repeat(1e6) }), 'application/json')).status).toBe(
      413,
    );
  });
});

describe('the confirmation', () => {
  const signedUp = async () => {
    const world = await setUp();
    await world.request('/subscriptions', { method: 'POST', body: request });
    await world.queue.drain();
    return { world, link: linkIn(world.mails[0]?.text, '/subscriptions/confirm') };
  };
  const memberships = (world: Awaited<ReturnType<typeof setUp>>) =>
    world.services.subscribers.choices('daily');

  it('subscribes nobody by GET, because mail scanners follow links', async () => {
    const { world, link } = await signedUp();
    const page = await world.request(link);
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await page.text()).toContain('method="post"');
    expect(await memberships(world)).toEqual([]);
  });

  it('subscribes by POST, and only once, however often the button is pressed', async () => {
    const { world, link } = await signedUp();
    for (let i = 0; i < 3; i++) expect((await world.request(link, { method: 'POST' })).status).toBe(200);
    expect(await memberships(world)).toEqual([{ language: 'es', topics: [] }]);
  });

  it('subscribes once when the button is pressed twice at the same time', async () => {
    const { world, link } = await signedUp();
    const answers = await Promise.all([1, 2, 3].map(() => world.request(link, { method: 'POST' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const members = await Promise.all(
      Array.from({ length: 16 }, (_, shard) =>
        world.services.subscribers.members('daily', shard, undefined, 10),
      ),
    );
    expect(members.flat()).toHaveLength(1);
  });

  it('runs out after three days, although nothing deletes it', async () => {
    const { world, link } = await signedUp();
    world.pass(72 * 3600_000 + 1000);
    expect((await world.request(link)).status).toBe(404);
    expect((await world.request(link, { method: 'POST' })).status).toBe(404);
    expect(await memberships(world)).toEqual([]);
  });

  it('does nothing with a token that was changed or was made for another purpose', async () => {
    const { world, link } = await signedUp();
    const forged = link.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await world.request(forged, { method: 'POST' })).status).toBe(404);
    expect(
      (
        await world.request(link.replace('/subscriptions/confirm', '/subscriptions/manage'), {
          method: 'POST',
        })
      ).status,
    ).toBe(404);
    expect((await world.request('/subscriptions/confirm', { method: 'POST' })).status).toBe(404);
  });

  it('is mailed by the sweep when the queue lost its message, and once when the queue repeats its message', async () => {
    const lossy = await setUp({ faults: { lose: () => true } });
    await lossy.request('/subscriptions', { method: 'POST', body: request });
    await lossy.queue.drain();
    expect(lossy.mails).toEqual([]);
    const repeating = await setUp({ sharing: lossy, faults: { repeat: () => 2 } });
    repeating.pass(60_000);
    await repeating.sweep();
    await repeating.queue.drain();
    expect(repeating.mails).toHaveLength(1);
    expect(await repeating.services.outbox.leftBefore('9999', 10)).toEqual([]);
  });

  it('is not mailed to a suppressed address', async () => {
    const world = await setUp();
    await world.services.subscribers.suppress(addressHash('ana@reader.example'), {
      reason: 'complained',
      at: '2026-11-01T00:00:00.000Z',
    });
    expect((await world.request('/subscriptions', { method: 'POST', body: request })).status).toBe(202);
    await world.queue.drain();
    expect(world.mails).toEqual([]);
  });
});

it('an address that is signed up twenty times at once is mailed no more than three times', async () => {
  const world = await setUp();
  const post = () => world.request('/subscriptions', { method: 'POST', body: request });
  const answers = await Promise.all(Array.from({ length: 20 }, post));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await world.queue.drain();
  expect(world.mails).toHaveLength(3);
});

it('several sign-ups of one address that are confirmed at once make one reader with the editions of all of them', async () => {
  const world = await setUp();
  for (const editions of [['daily'], ['weekly'], ['daily', 'weekly']])
    await world.request('/subscriptions', { method: 'POST', body: { ...request, editions } });
  await world.queue.drain();
  const links = world.mails.map(({ text }) => linkIn(text, '/subscriptions/confirm'));
  const answers = await Promise.all(
    [...links, ...links].map((link) => world.request(link, { method: 'POST' })),
  );
  expect(answers.map(({ status }) => status)).toEqual(links.concat(links).map(() => 200));
  const id = await world.services.subscribers.idByAddress(addressHash('ana@reader.example'));
  expect((await world.services.subscribers.get(id ?? ''))?.editions.toSorted()).toEqual(['daily', 'weekly']);
});

it('a provider that is down is asked once a minute for each confirmation, and never again after the key expires', async () => {
  let requests = 0;
  const world = await setUp({
    confirmations: () => {
      requests += 1;
      return FAULTS.serverError;
    },
  });
  await world.request('/subscriptions', { method: 'POST', body: request });
  await world.queue.drain();
  for (let minute = 0; minute < 5; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
  expect(requests).toBe(6);
  world.pass(23 * 3600_000);
  await world.sweep();
  await world.queue.drain();
  expect(requests).toBe(6);
  expect(await world.services.outbox.leftBefore('9999', 10)).toEqual([]);
});
