import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, postStory, sendNow, subscribe, withReaders } from '../support/newsroom.ts';
import { FAULTS } from '../support/provider.ts';
import {
  ALL,
  subscribe as follow,
  hub,
  minutes,
  post,
  tellSubscribers,
  withSubscribers,
} from '../websub/hub.ts';
import { receiver } from '../websub/receiver.ts';

/**
 * A clock was ahead for a while and is right again. Times that it stored must not hold back what is due. (Other times are
 * in tests/delivery/pace.test.ts and tests/work/run-tick.test.ts.)
 */

const HOUR = 3600_000;
/** Long before the lease of a subscription ends, and long after everything else. */
const AHEAD = 12 * HOUR;

/** Does something while the clock of the world is ahead. */
async function whileAhead<T>(world: World, work: () => Promise<T>): Promise<T> {
  world.pass(AHEAD);
  const result = await work();
  world.pass(-AHEAD);
  return result;
}

it('the mails that a client and an address had while the clock was ahead do not count', async () => {
  const world = await setUp();
  const signUp = async (email: string) =>
    (
      await world.request('/subscriptions', {
        ...{ method: 'POST', body: { email, editions: ['daily'] } },
        peer: { incoming: { socket: { remoteAddress: '203.0.113.7' } } },
      })
    ).status;
  await whileAhead(world, async () => {
    for (let n = 0; n < 3; n++) await signUp('ana@reader.example');
    for (let n = 3; n < 20; n++) await signUp(`reader-${n}@reader.example`);
    expect(await signUp('more@reader.example')).toBe(429);
  });
  const before = world.mails.length;
  expect(await signUp('ana@reader.example')).toBe(202);
  await world.queue.drain();
  expect(world.mails.slice(before).map(({ to }) => to)).toContain('ana@reader.example');
});

it('a count of an hour that began some seconds ahead counts, because clocks differ by that much', async () => {
  const world = await setUp();
  const signUp = () =>
    world.request('/subscriptions', {
      method: 'POST',
      body: { email: 'ana@reader.example', editions: ['daily'] },
    });
  world.pass(30_000);
  for (let n = 0; n < 3; n++) await signUp();
  world.pass(-30_000);
  await signUp();
  world.pass(60_000);
  await world.queue.drain();
  expect(world.mails).toHaveLength(3);
});

it('a batch that was claimed while the clock was ahead is sent', async () => {
  let answers = false;
  const world = await withReaders({ provider: () => (answers ? undefined : FAULTS.dropped) });
  await whileAhead(world, () => sendNow(world, 'morning'));
  answers = true;
  await minutes(world, 3);
  expect(digestsTo(world, 'en@reader.example')).toHaveLength(1);
});

it('a letter whose message was lost while the clock was ahead is sent', async () => {
  const world = await setUp();
  const lossy = await setUp({ sharing: world, faults: { lose: () => true } });
  await whileAhead(lossy, () =>
    lossy.request('/subscriptions', {
      method: 'POST',
      body: { email: 'ana@reader.example', editions: ['daily'] },
    }),
  );
  await minutes(world, 2);
  expect(world.mails.map(({ to }) => to)).toEqual(['ana@reader.example']);
});

it('an address that was suppressed while the clock was ahead is asked to confirm a sign-up', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@reader.example');
  world.pass(25 * HOUR);
  const at = new Date(world.now() + AHEAD).toISOString();
  await world.services.subscribers.suppress(addressHash('ana@reader.example'), { reason: 'bounced', at });
  const before = world.mails.length;
  await world.request('/subscriptions', {
    method: 'POST',
    body: { email: 'ana@reader.example', editions: ['daily'] },
  });
  await world.queue.drain();
  expect(world.mails).toHaveLength(before + 1);
});

it('complaints count if the edition was resumed while the clock was ahead', async () => {
  const world = await withReaders();
  const { complaints } = world.services;
  await complaints.stop('daily', { at: new Date(world.now()).toISOString(), reason: 'complaints' });
  await whileAhead(world, () => complaints.resume('daily', world.now()));
  await sendNow(world, 'morning');
  expect(await complaints.count('daily', world.now())).toMatchObject({ accepted: 2 });
});

it('a feed that changed while the clock was ahead is sent to its WebSub subscribers after its next change', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await withSubscribers(world, url, 1);
  const lossy = await hub({ sharing: world, faults: { lose: ({ kind }) => kind === 'distribute' } });
  await whileAhead(lossy, async () => {
    await postStory(lossy, { title: 'Of tomorrow', publishedAt: '2026-11-22T11:00:00Z' });
    await lossy.queue.drain();
  });
  await postStory(world, { title: 'Of today' });
  await tellSubscribers(world);
  expect(delivered('/s-0').at(-1)?.body.toString()).toContain('Of today');
});

it('a feed whose distribution was left while the clock was ahead is distributed', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await withSubscribers(world, url, 1);
  const { distributions } = world.services;
  await whileAhead(world, async () => {
    await distributions.markDue('*', world.now());
    await distributions.takeUp('*', 'a process that died', world.now(), world.now() + 120_000);
  });
  await postStory(world, { title: 'Of today' });
  await tellSubscribers(world);
  await minutes(world, 2);
  expect(delivered('/s-0').at(-1)?.body.toString()).toContain('Of today');
});

it('a WebSub request that was begun while the clock was ahead is verified', async () => {
  const world = await hub();
  const { url, asked } = await receiver();
  const { verifications } = world.services;
  await post(world, { 'hub.mode': 'subscribe', 'hub.topic': ALL, 'hub.callback': `${url}/cb` });
  const [id = ''] = await verifications.due(world.now(), 1, world.now());
  await whileAhead(world, () => verifications.claim(id, world.now(), world.now() + 60_000));
  await minutes(world, 2);
  expect(asked('/cb')).toHaveLength(1);
});

it('a WebSub subscription that was made while the clock was ahead can be ended', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await postStory(world);
  await whileAhead(world, () => follow(world, `${url}/cb`));
  await follow(world, `${url}/cb`, { 'hub.mode': 'unsubscribe' });
  await postStory(world, { title: 'Of today' });
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(0);
});

it('a WebSub subscriber whose retry was booked while the clock was ahead is sent the next change', async () => {
  const world = await hub();
  const { url, delivered } = await receiver();
  await withSubscribers(world, url, 1);
  const { websub } = world.services;
  await whileAhead(world, async () => {
    for (let n = 0; n < 7; n++) {
      const { subscriptions } = await websub.page('*', undefined, 1, world.now());
      const [subscription] = subscriptions;
      if (subscription) await websub.bookRetry(subscription, world.now() + n * 1000);
    }
  });
  await postStory(world, { title: 'Of today' });
  await tellSubscribers(world);
  expect(delivered('/s-0').at(-1)?.body.toString()).toContain('Of today');
});
