import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow, withReaders } from '../support/newsroom.ts';
import { afterwards, FAULTS, throttledFor } from '../support/provider.ts';
import { addReaders, storeReader } from '../support/readers.ts';

const readers = ['en@reader.example', 'es@reader.example'];
const counts = (world: World) => readers.map((reader) => digestsTo(world, reader).length);

/** Lets minutes pass after a fault, with a sweep and the work of the queue in each. */
async function recover(world: World, minutes = 5): Promise<void> {
  for (let minute = 0; minute < minutes; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
}

it('an issue whose messages are all lost is sent, because the sweep finds the work', async () => {
  const world = await withReaders();
  const lossy = await setUp({ sharing: world, faults: { lose: () => true } });
  await sendNow(lossy, 'morning');
  expect(counts(world)).toEqual([0, 0]);
  await recover(world);
  expect(counts(world)).toEqual([1, 1]);
  expect(await world.services.issues.open()).toEqual([]);
});

it('an issue whose messages come three times and in reverse order sends each mail once', async () => {
  const world = await withReaders({
    faults: { repeat: () => 2, shuffle: (messages) => messages.toReversed() },
  });
  const sent = await sendNow(world, 'morning');
  expect(counts(world)).toEqual([1, 1]);
  expect(sent).toMatchObject({ state: 'sent', planned: 2, sent: 2 });
});

it('two processes that work on the same issue send each mail once', async () => {
  const world = await withReaders();
  const { id } = await sendNow(await setUp({ sharing: world, faults: { lose: () => true } }), 'morning');
  const others = [await setUp({ sharing: world }), await setUp({ sharing: world })];
  for (const other of others) await other.sweep();
  await Promise.all(others.map((other) => other.queue.drain()));
  for (const other of others) await recover(other, 3);
  expect(counts(world)).toEqual([1, 1]);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 2, sent: 2, failed: 0 });
});

it('a batch whose answer was lost is repeated with the same bytes under the same key, and the provider takes it once', async () => {
  let lost = 2;
  const world = await withReaders({
    provider: () => (lost-- > 0 ? afterwards(FAULTS.dropped) : undefined),
  });
  const { id } = await sendNow(world, 'morning');
  await recover(world);
  expect(counts(world)).toEqual([1, 1]);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 2, failed: 0 });
  const requests = world.account.requests.filter(({ key }) => key.startsWith('issue/'));
  expect(requests).toHaveLength(4);
  expect(new Set(requests.map(({ key, hash }) => `${key} ${hash}`)).size).toBe(2);
});

it('a batch that the provider throttles waits as long as the answer says', async () => {
  let throttled = 1;
  const world = await withReaders({ provider: () => (throttled-- > 0 ? throttledFor(40) : undefined) });
  await sendNow(world, 'morning');
  expect(counts(world).toSorted()).toEqual([0, 1]);
  world.pass(39_000);
  await world.sweep();
  await world.queue.drain();
  expect(counts(world).toSorted()).toEqual([0, 1]);
  world.pass(1_000);
  await world.queue.drain();
  expect(counts(world)).toEqual([1, 1]);
});

it('an address that the provider refuses counts as failed, and the other readers get their mail', async () => {
  const world = await setUp();
  for (const email of ['en@reader.example', 'ana@reader.example', 'eva@reader.example'])
    await storeReader(world, email);
  world.account.badAddresses.add('en@reader.example');
  await postStory(world);
  expect(await sendNow(world, 'morning')).toMatchObject({ state: 'sent', planned: 3, sent: 2, failed: 1 });
});

it('a revoked API key stops the issue, and the issue and the log say so', async () => {
  const world = await withReaders({ provider: () => FAULTS.revoked });
  expect(await sendNow(world, 'morning')).toMatchObject({
    state: 'stopped',
    reason: 'validation_error: API key is invalid',
  });
  expect(world.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'an issue was stopped: the mail provider takes nothing from this account',
  ]);
  await recover(world);
  expect(counts(world)).toEqual([0, 0]);
});

it('a batch that has no certain answer after 23 hours is uncertain, and is never repeated', async () => {
  let requests = 0;
  const world = await withReaders({
    provider: () => {
      requests += 1;
      return FAULTS.serverError;
    },
  });
  const { id } = await sendNow(world, 'morning');
  world.pass(23 * 3600_000 + 1000);
  await recover(world, 1);
  const before = requests;
  await recover(world, 2);
  expect(requests).toBe(before);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 0, failed: 2 });
  expect(
    world.log.lines.filter(({ message }) => message === 'a batch is uncertain and will not be repeated'),
  ).toHaveLength(2);
});

it('a process that waits for its turn until the 23 hours are over does not repeat the request', async () => {
  let [requests, asleep] = [0, 0];
  const world: World = await setUp({
    config: { resend: { apiKey: 'unused' } },
    provider: () => (++requests === 1 ? afterwards(FAULTS.dropped) : undefined),
    wait: async () => world.pass(asleep),
  });
  await storeReader(world, 'en@reader.example');
  await postStory(world);
  const { id } = await sendNow(world, 'morning');
  world.pass(3_000);
  // Somebody else takes this turn, so the batch has to wait.
  expect(await world.services.pace.turn()).toBe(0);
  asleep = 25 * 3600_000;
  await world.queue.drain();
  asleep = 0;
  await recover(world);
  expect(requests).toBe(1);
  expect(digestsTo(world, 'en@reader.example')).toHaveLength(1);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 0, failed: 1 });
});

it('a reader who leaves or is suppressed after the planning of an issue gets no mail', async () => {
  const world = await withReaders();
  const lossy = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  const { id } = await sendNow(lossy, 'morning');
  const reader = await world.services.subscribers.idByAddress(addressHash('en@reader.example'));
  const leave = new URL(world.services.links.unsubscribe(reader ?? '', 'daily', 'https://paper.example'));
  await world.request(leave.pathname + leave.search, {
    method: 'POST',
    body: 'List-Unsubscribe=One-Click',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await world.services.subscribers.suppress(addressHash('es@reader.example'), {
    reason: 'complained',
    at: '2026-11-22T12:00:00.000Z',
  });
  await recover(world);
  expect(counts(world)).toEqual([0, 0]);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 2, sent: 0, left: 2 });
});

it('a reader who pauses after the planning of an issue gets no mail', async () => {
  const world = await withReaders();
  const lossy = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  await sendNow(lossy, 'morning');
  const id = (await world.services.subscribers.idByAddress(addressHash('en@reader.example'))) ?? '';
  const manage = new URL(world.services.links.manage(id, 'https://paper.example'));
  const pause = { pausedUntil: '2026-12-24' };
  const saved = await world.request(manage.pathname + manage.search, { method: 'POST', body: pause });
  expect(saved.status).toBe(200);
  await recover(world);
  expect(counts(world)).toEqual([0, 1]);
});

it('two ticks in the minute in which an issue is due send one issue, and its slot is the local time', async () => {
  const world = await withReaders();
  await world.tick();
  world.pass(30 * 60_000);
  for (let i = 0; i < 2; i++) await world.tick();
  await world.queue.drain();
  expect(counts(world)).toEqual([1, 1]);
  expect(await issue(world, 'daily.2026-11-22-0730')).toMatchObject({ state: 'sent' });
});

it('readers with the same choices share a variant, and a reader who chose topics gets another variant', async () => {
  const world = await setUp();
  for (const name of ['a', 'b', 'c']) await storeReader(world, `${name}@reader.example`);
  await storeReader(world, 'd@reader.example', { topics: ['culture'] });
  await postStory(world, { section: 'harbour', title: 'Tides' });
  await postStory(world, { section: 'culture', title: 'Murals' });
  const { edition, slot } = await sendNow(world, 'morning');
  const frozen = await world.services.issues.frozen({ edition, slot });
  expect(frozen?.variants).toHaveLength(2);
  expect(digestsTo(world, 'd@reader.example')[0]?.text).not.toContain('Tides');
  expect(digestsTo(world, 'a@reader.example')[0]?.text).toContain('Tides');
});

it('250 readers are mailed in batches of at most 100, and each reader is in one batch', async () => {
  const world = await setUp();
  await addReaders(world, 250);
  await postStory(world);
  expect(await sendNow(world, 'morning')).toMatchObject({ state: 'sent', planned: 250, sent: 250 });
  expect(new Set(world.mails.map(({ to }) => to)).size).toBe(250);
  const sizes = Map.groupBy(world.mails, ({ key }) => key)
    .values()
    .map((mails) => mails.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
});

it('an issue that was stopped goes on where it stopped when an editor resumes it', async () => {
  let revoked = true;
  const world = await withReaders({
    provider: () => (revoked ? FAULTS.revoked : undefined),
  });
  const { id } = await sendNow(world, 'morning');
  expect((await issue(world, id)).state).toBe('stopped');
  revoked = false;
  expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(202);
  await recover(world);
  expect(counts(world)).toEqual([1, 1]);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 2, failed: 0 });
  expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(409);
  expect((await world.edit('POST', '/api/issues/daily.none/resume')).status).toBe(404);
});
