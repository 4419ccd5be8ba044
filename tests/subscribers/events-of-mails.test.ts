import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp, type World } from '../support/installation.ts';
import { issue, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { digestOf, SECRET, SOFT, tell, told } from '../support/webhooks.ts';
import { addReader, beside, dataOf, manageLink } from './reader.ts';
import { leftOf, type StoredItem, tracesOf } from './traces.ts';

const ANA = 'ana@reader.example';
const NEW = 'ana@newhome.example';

/** Mails an issue to a reader. `tells` reports an event of that mail, as the provider does. */
async function mailed({ signsUp = false } = {}) {
  const world = await setUp({ config: { resendWebhookSecret: SECRET } });
  const choices = { topics: ['harbour'], timeZone: 'Europe/Madrid' };
  if (signsUp) await subscribe(world, ANA, choices);
  else await addReader(world, ANA, choices);
  const manage = await manageLink(world, ANA);
  await postStory(world);
  const { id, slot } = await sendNow(world, 'first');
  const mail = digestOf(world, ANA);
  const tells = (type: string, data?: Record<string, unknown>) => tell(world, told(world, mail, type, data));
  const reader = (await dataOf(world, manage)).subscriber.id;
  return { world, manage, slot, tells, reader, view: () => issue(world, id) };
}

const erase = (world: World, manage: string) =>
  world.request(beside(manage, '/subscriptions/erase'), { method: 'POST' });

async function askToMove(world: World, manage: string, email: string): Promise<string> {
  const path = beside(manage, '/subscriptions/manage/address');
  expect((await world.request(path, { method: 'POST', body: { email } })).status).toBe(202);
  await world.queue.drain();
  return linkIn(world.mails.findLast(({ to }) => to === email)?.text, '/subscriptions/address');
}

async function move(world: World, manage: string): Promise<void> {
  const link = await askToMove(world, manage, NEW);
  expect((await world.request(link, { method: 'POST' })).status).toBe(200);
  await world.queue.drain();
}

/** Runs `meanwhile` just before the first command whose JSON matches `what`. */
function interrupt({ table: { client } }: World, what: RegExp, meanwhile: () => Promise<unknown>): void {
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  let isDue = true;
  client.send = (async (command: object) => {
    if (isDue && what.test(JSON.stringify(command))) {
      isDue = false;
      await meanwhile();
    }
    return send(command);
  }) as typeof client.send;
}

/** What is stored about a reader and is not in their file. Each key says why it is not. */
const NOT_EXPORTED: Record<string, RegExp> = {
  'whose address it is, and which sign-ups it has: both are in the file': /^ADDRESS#/,
  'their choices once more, by edition': /^MEMBERS#/,
  'whom an issue went to is found by issue; the file says so': /^ISSUE#[^ ]+ (?:BATCH|PLAN)#/,
  'counts of an hour or a day, which keep the address from being misused; the file says so': /^THROTTLE#/,
};

it('a reader gets all that is stored about them as a file, which no cache keeps', async () => {
  const { world, manage, slot, tells, reader } = await mailed({ signsUp: true });
  for (const type of ['delivered', 'opened', 'clicked']) await tells(type);
  await tells('bounced', SOFT);
  await world.request('/subscriptions', {
    method: 'POST',
    body: { email: ANA, editions: ['weekly'], language: 'es' },
  });
  await askToMove(world, manage, NEW);
  await world.services.subscribers.suppress(addressHash(ANA), {
    reason: 'bounced',
    at: '2026-11-22T12:00:00.000Z',
  });
  const answer = await world.request(beside(manage, '/subscriptions/manage/data'));
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="newsletter-data.json"');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(await answer.json()).toMatchObject({
    subscriber: { email: ANA, editions: ['daily'], topics: ['harbour'], timeZone: 'Europe/Madrid' },
    consentLog: [
      { what: 'asked', at: '2026-11-22T12:00:00.000Z' },
      { what: 'confirmed', editions: ['daily'] },
    ],
    suppression: { reason: 'bounced' },
    signUps: expect.arrayContaining([
      expect.objectContaining({ email: ANA, editions: ['weekly'], language: 'es' }),
    ]),
    addressChanges: [{ email: NEW }],
    mails: [{ edition: 'daily', slot, told: ['clicked', 'delivered', 'opened', 'softBounced'] }],
    bounces: { bounces: { [digestOf(world, ANA).id]: '2026-11-22T12:00:00.000Z' } },
    notIncluded: expect.stringContaining('by issue'),
  });
  await expectAllOf(world, manage, [ANA], reader);
});

it('the file has the sign-ups of an address that its reader has left, and an erasure erases them', async () => {
  const { world, manage, reader } = await mailed({ signsUp: true });
  await move(world, manage);
  expect((await dataOf(world, manage)).signUps).toMatchObject([{ email: ANA, subscriberId: reader }]);
  await expectAllOf(world, manage, [ANA, NEW], reader);
  // This sign-up is from somebody else, who has the address by now.
  world.pass(3600_000);
  await subscribe(world, ANA);
  const theirs = await manageLink(world, ANA);
  expect((await dataOf(world, manage)).signUps).toHaveLength(1);
  await erase(world, manage);
  expect((await dataOf(world, theirs)).signUps).toHaveLength(1);
  await erase(world, theirs);
  expect(await leftOf(world, [ANA, NEW], [reader])).toEqual([]);
});

/** Compares the file with the table, item by item. */
async function expectAllOf(
  world: World,
  manage: string,
  addresses: string[],
  ...ids: string[]
): Promise<void> {
  const data = await dataOf(world, manage);
  const inFile: unknown[] = [
    data.subscriber,
    ...data.consentLog,
    data.suppression,
    ...data.signUps,
    ...data.addressChanges,
    ...data.mails.map(({ told }) => Object.fromEntries(told.map((what) => [what, 1]))),
    { run: data.bounces },
    ...(data.subscriber.formerIds ?? []).map(() => ({ mergedInto: data.subscriber.id })),
  ];
  const stored = (await tracesOf(world, addresses, ids)).filter(
    ({ pk, sk }) => !Object.values(NOT_EXPORTED).some((reason) => reason.test(`${pk} ${sk}`)),
  );
  const fields = ({ pk: _, sk: __, expiresAt: ___, ...rest }: StoredItem) => rest;
  for (const item of stored) expect(inFile, `${item.pk} ${item.sk}`).toContainEqual(fields(item));
}

it('two readers who became one get the data of both in one file, and an erasure erases both', async () => {
  const { world, manage, slot, tells, reader } = await mailed();
  await tells('opened');
  await subscribe(world, NEW);
  const theirs = await manageLink(world, NEW);
  const other = (await dataOf(world, theirs)).subscriber.id;
  await askToMove(world, theirs, 'third@reader.example');
  await postStory(world);
  const next = await sendNow(world, 'second');
  await tell(world, told(world, digestOf(world, NEW), 'clicked'));
  await move(world, manage);
  const { mails, addressChanges } = await dataOf(world, manage);
  expect(mails).toEqual([
    { edition: 'daily', slot, told: ['opened'] },
    { edition: 'daily', slot: next.slot, told: ['clicked'] },
  ]);
  expect(addressChanges.map(({ email }) => email)).toEqual([NEW, 'third@reader.example']);
  await expectAllOf(world, manage, [ANA, NEW], reader, other);
  await erase(world, manage);
  expect(await leftOf(world, [ANA, NEW, 'third@reader.example'], [reader, other])).toEqual([]);
});

it('the file says for 90 days what became of a mail, and not longer', async () => {
  const { world, manage, tells } = await mailed();
  await tells('opened');
  world.pass(89 * 24 * 3600_000);
  expect((await dataOf(world, manage)).mails).toHaveLength(1);
  world.pass(24 * 3600_000);
  expect((await dataOf(world, manage)).mails).toEqual([]);
});

it('an erasure erases what the provider said about the mails, also if the address has changed since', async () => {
  const { world, manage, tells, reader } = await mailed();
  for (const type of ['delivered', 'opened', 'clicked']) await tells(type);
  await tells('bounced', SOFT);
  await move(world, manage);
  expect(await world.services.mailEvents.bounces(addressHash(ANA), world.now())).toBeUndefined();
  // An event that comes late is about an address that belongs to nobody now.
  expect(await tells('bounced', SOFT)).toBe('applied');
  await erase(world, manage);
  expect(await leftOf(world, [ANA, NEW], [reader])).toEqual([]);
  expect(await world.services.mailEvents.reactionsOf([reader], world.now())).toEqual([]);
});

it('the opens and clicks of an erased reader are not counted, and the issue keeps its earlier counts', async () => {
  const { world, manage, tells, reader, view } = await mailed();
  await tells('opened');
  await erase(world, manage);
  for (const type of ['opened', 'clicked']) expect(await tells(type)).toBe('applied');
  expect(await view()).toMatchObject({ opened: 1, clicked: 0 });
  expect(await leftOf(world, [ANA], [reader])).toEqual([]);
});

it('the delivery of a mail that was on its way during an erasure is counted, without a trace of its reader', async () => {
  const { world, manage, tells, reader, view } = await mailed();
  await erase(world, manage);
  for (let times = 0; times < 2; times++) await tells('delivered');
  expect((await view()).delivered).toBe(1);
  expect(await leftOf(world, [ANA], [reader])).toEqual([]);
});

it.each([
  ['opened', undefined],
  ['bounced', SOFT],
  ['complained', undefined],
])(
  'an event email.%s in the middle of an erasure leaves no more than an event after the erasure',
  async (type, data) => {
    // The event comes after the traces are erased and before their reader is erased.
    const { world, manage, tells, reader } = await mailed();
    const erasing = await setUp({ sharing: world });
    const told: string[] = [];
    interrupt(erasing, /"version = :known"/, async () => told.push(await tells(type, data)));
    await erase(erasing, manage);
    expect(told).toEqual(['applied']);
    expect(await leftOf(world, [ANA], [reader])).toEqual([]);

    // The event is read before anything is erased, and is written after everything is erased.
    const other = await mailed();
    const erased: number[] = [];
    interrupt(other.world, /WEBHOOK#/, async () =>
      erased.push((await erase(other.world, other.manage)).status),
    );
    expect(await other.tells(type, data)).toBe('applied');
    expect(erased).toEqual([200]);
    expect(await leftOf(other.world, [ANA], [other.reader])).toEqual([]);
  },
);
