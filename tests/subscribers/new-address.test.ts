import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import type { Subscriber } from '../../functions/subscribers/subscriber.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, linkIn, postStory, sendNow, subscribe, withReaders } from '../support/newsroom.ts';
import { addReader, beside, dataOf, manageLink, membersOf, postForm, suppressionOf } from './reader.ts';

const OLD = 'ana@reader.example';
const NEW = 'ana@newhome.example';

async function reader(choices: Partial<Subscriber> = {}): Promise<{ world: World; manage: string }> {
  const world = await setUp();
  return { world, manage: await addReader(world, OLD, choices) };
}

const askFor = (world: World, manage: string, email: string) =>
  postForm(world, beside(manage, '/subscriptions/manage/address'), { email });

/** Asks for the change of an address. Returns the link that is mailed to the new address. */
async function asked(world: World, manage: string, email = NEW): Promise<string> {
  expect((await askFor(world, manage, email)).status).toBe(202);
  await world.queue.drain();
  return linkIn(world.mails.findLast(({ to }) => to === email)?.text, '/subscriptions/address');
}

const mailsTo = (world: World, email: string) => world.mails.filter(({ to }) => to === email);
const press = (world: World, link: string) => world.request(link, { method: 'POST' });

it('a new address gets a link, and neither the request nor opening the link changes anything', async () => {
  const { world, manage } = await reader({ language: 'es' });
  const link = await asked(world, manage);
  const mail = mailsTo(world, NEW)[0];
  expect(mail?.subject).toBe('Confirme su nueva dirección para El Heraldo del Lago');
  expect(`${mail?.html}${mail?.text}`).not.toContain(OLD);
  const page = await (await world.request(link)).text();
  expect(page).toContain(NEW);
  expect(page).toContain('method="post"');
  expect((await dataOf(world, manage)).subscriber.email).toBe(OLD);
});

it('the button moves the subscription: the old address gets a notice and no digest, and old links still work', async () => {
  const { world, manage } = await reader({ editions: ['daily', 'weekly'], topics: ['harbour'] });
  const before = (await dataOf(world, manage)).subscriber;
  const link = await asked(world, manage);
  for (let times = 0; times < 2; times++) expect((await press(world, link)).status).toBe(200);
  await world.queue.drain();
  const { subscriber, consentLog } = await dataOf(world, manage);
  expect(subscriber).toMatchObject({ id: before.id, email: NEW, editions: ['daily', 'weekly'] });
  expect(consentLog.filter(({ what }) => what === 'address')).toHaveLength(1);
  const notices = mailsTo(world, OLD).filter(({ subject }) => subject.includes('was changed'));
  expect(notices).toHaveLength(1);
  expect(`${notices[0]?.html}${notices[0]?.text}`).not.toContain(NEW);
  await postStory(world);
  await sendNow(world, 'first');
  expect([digestsTo(world, NEW).length, digestsTo(world, OLD).length]).toEqual([1, 0]);
  // The old address is free for another reader.
  await subscribe(world, OLD);
  expect(await membersOf(world, 'daily')).toHaveLength(2);
});

it('the old address gets the notice also if the button is pressed on the third day', async () => {
  const { world, manage } = await reader();
  const link = await asked(world, manage);
  world.pass(60 * 3600_000);
  expect((await press(world, link)).status).toBe(200);
  await world.queue.drain();
  expect(mailsTo(world, OLD).filter(({ subject }) => subject.includes('was changed'))).toHaveLength(1);
});

it('a button that is pressed several times at once moves the subscription once', async () => {
  const { world, manage } = await reader();
  const link = await asked(world, manage);
  const answers = await Promise.all([1, 2, 3].map(() => press(world, link)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await world.queue.drain();
  expect(mailsTo(world, OLD).filter(({ subject }) => subject.includes('was changed'))).toHaveLength(1);
});

it('the link expires after three days, and works for nothing else', async () => {
  const { world, manage } = await reader();
  const link = await asked(world, manage);
  const other = link.replace('/subscriptions/address', '/subscriptions/manage');
  expect((await world.request(other)).status).toBe(404);
  expect((await press(world, beside(manage, '/subscriptions/address'))).status).toBe(404);
  world.pass(72 * 3600_000 + 1000);
  expect((await world.request(link)).status).toBe(404);
  expect((await press(world, link)).status).toBe(404);
  expect((await dataOf(world, manage)).subscriber.email).toBe(OLD);
});

it('an address that has a subscriber gets the same answer, and the button makes one subscriber of the two', async () => {
  const { world, manage } = await reader({ editions: ['daily'] });
  world.pass(1000);
  await subscribe(world, NEW, { editions: ['daily', 'weekly'], language: 'es' });
  const theirs = await manageLink(world, NEW);
  await postStory(world, { language: 'es' });
  await sendNow(world, 'first');
  const leave = linkIn(digestsTo(world, NEW)[0]?.text, '/unsubscribe');
  const unknown = await askFor(world, manage, 'somebody@else.example');
  const known = await askFor(world, manage, NEW);
  expect([known.status, await known.text()]).toEqual([unknown.status, await unknown.text()]);
  await world.queue.drain();
  const link = linkIn(mailsTo(world, NEW).at(-1)?.text, '/subscriptions/address');
  expect((await press(world, link)).status).toBe(200);
  const { subscriber, consentLog } = await dataOf(world, manage);
  expect(subscriber).toMatchObject({ email: NEW, language: 'en', editions: ['daily', 'weekly'] });
  expect(consentLog.map(({ what }) => what)).toEqual(['confirmed', 'asked', 'confirmed', 'address']);
  for (const edition of ['daily', 'weekly'])
    expect((await membersOf(world, edition)).map(({ subscriberId }) => subscriberId)).toEqual([
      subscriber.id,
    ]);
  // The links in the other subscriber's old mails lead to the subscriber that is left.
  expect((await dataOf(world, theirs)).subscriber.id).toBe(subscriber.id);
  await postForm(world, leave, { 'List-Unsubscribe': 'One-Click' });
  expect(await membersOf(world, 'daily')).toEqual([]);
  // After an erasure, nothing of either subscriber is left.
  await press(world, beside(theirs, '/subscriptions/erase'));
  for (const old of [manage, theirs]) expect((await world.request(old)).status).toBe(410);
  expect(await world.services.subscribers.consentLog(subscriber)).toEqual([]);
  expect(await world.services.subscribers.idByAddress(addressHash(NEW))).toBeUndefined();
});

it('two readers who become one in the middle of an issue get it once, and get the next issue once', async () => {
  let sends = 0;
  const lose = ({ kind }: { kind: string }) => kind === 'send' && sends++ === 1;
  const world = await withReaders({ faults: { lose } });
  const readers = ['en@reader.example', 'es@reader.example'];
  const links = new Map<string, string>();
  for (const email of readers) links.set(email, await manageLink(world, email));
  const { id } = await sendNow(world, 'first');
  const mailed = readers.filter((email) => digestsTo(world, email).length === 1);
  expect(mailed).toHaveLength(1);
  const [there = ''] = mailed;
  const waiting = readers.find((email) => email !== there) ?? '';
  world.pass(60_000);
  const link = await asked(world, links.get(waiting) ?? '', there);
  expect((await press(world, link)).status).toBe(200);
  world.pass(120_000);
  await world.sweep();
  await world.queue.drain();
  expect(digestsTo(world, there)).toHaveLength(1);
  expect(digestsTo(world, waiting)).toEqual([]);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 2, sent: 1, left: 1 });
  for (const language of ['en', 'es']) await postStory(world, { language });
  world.pass(3600_000);
  await sendNow(world, 'second');
  expect(digestsTo(world, there)).toHaveLength(2);
});

it('an address that complained gets no link, and an address that complains after it got the link is not taken', async () => {
  const { world, manage } = await reader();
  const complaint = { reason: 'complained' as const, at: '2026-11-01T00:00:00.000Z' };
  await world.services.subscribers.suppress(addressHash('no@newhome.example'), complaint);
  expect((await askFor(world, manage, 'no@newhome.example')).status).toBe(202);
  const link = await asked(world, manage);
  expect(mailsTo(world, 'no@newhome.example')).toEqual([]);
  await world.services.subscribers.suppress(addressHash(NEW), complaint);
  const refused = await press(world, link);
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain('We may not write to this address');
  expect((await dataOf(world, manage)).subscriber.email).toBe(OLD);
});

it('an old address that must not be mailed gets no notice of the new address', async () => {
  const { world, manage } = await reader();
  const link = await asked(world, manage);
  const before = mailsTo(world, OLD).length;
  await world.services.subscribers.suppress(addressHash(OLD), {
    reason: 'bounced',
    at: '2026-11-01T00:00:00.000Z',
  });
  expect((await press(world, link)).status).toBe(200);
  await world.queue.drain();
  expect((await dataOf(world, manage)).subscriber.email).toBe(NEW);
  expect(mailsTo(world, OLD)).toHaveLength(before);
  expect(await world.services.outbox.leftBefore('9999', 10)).toEqual([]);
});

it('a new address that had bounced gets the link, and is not suppressed any more after its confirmation', async () => {
  const { world, manage } = await reader();
  await world.services.subscribers.suppress(addressHash(NEW), {
    reason: 'bounced',
    at: '2026-11-01T00:00:00.000Z',
  });
  await press(world, await asked(world, manage));
  expect(await suppressionOf(world, NEW)).toBeUndefined();
});

it('a reader can have three new addresses an hour mailed, but no wrong address and not their own address', async () => {
  const { world, manage } = await reader();
  for (const email of ['ana', 'ana@mailinator.com', OLD, OLD.toUpperCase()])
    expect((await askFor(world, manage, email)).status).toBe(422);
  expect(await (await askFor(world, manage, OLD)).text()).toContain(
    'That is the address that we write to already.',
  );
  for (let n = 0; n < 5; n++) expect((await askFor(world, manage, `n${n}@newhome.example`)).status).toBe(202);
  await world.queue.drain();
  expect(world.mails.filter(({ to }) => to.endsWith('@newhome.example'))).toHaveLength(3);
  const json = await world.request(beside(manage, '/subscriptions/manage/address'), {
    method: 'POST',
    body: { email: OLD },
  });
  expect(await json.json()).toMatchObject({ errors: [{ pointer: '/email' }] });
});
