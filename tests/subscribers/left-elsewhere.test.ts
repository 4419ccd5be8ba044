import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { CONSENT, importCsv, outcomes, postSuppressions, readers, suppressCsv } from '../support/lists.ts';
import { digestsTo, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { digestOf, HARD, SECRET, tell, told } from '../support/webhooks.ts';
import { dataOf, manageLink, membersOf, suppressionOf } from './reader.ts';
import { tracesOf } from './traces.ts';

/** Readers who left at the newsletter's former provider. */

const ANA = 'ana@paper.example';
const LEFT = 'email,suppressed\nana@paper.example,unsubscribed\n';
const OLD_LIST = 'email\nana@paper.example\n';
const NOW = '2026-11-22T12:00:00.000Z';

it('a reader who left elsewhere is kept out of the old list, and only their own sign-up brings them back', async () => {
  const world = await setUp();
  const answer = await postSuppressions(world, LEFT);
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  expect((await answer.text()).split('\n')).toEqual([
    '{"line":2,"email":"ana@paper.example","result":"added"}',
    '{"summary":{"complete":true,"lines":1,"added":1,"updated":0,"unchanged":0,"refused":0,"unsubscribed":0}}',
    '',
  ]);
  expect(await suppressionOf(world, ANA)).toEqual({
    ...{ reason: 'left', at: NOW, leftAt: NOW },
    detail: 'from a list',
  });
  const refused = ['2 refused: the reader left on 2026-11-22; an import cannot bring the address back'];
  expect(outcomes(await importCsv(world, OLD_LIST))).toEqual(refused);
  world.pass(365 * 86_400_000);
  expect(outcomes(await importCsv(world, OLD_LIST, `${CONSENT}&consentAt=2027-01-01`))).toEqual(refused);
  expect(await readers(world)).toEqual(new Map());
  const why = await world.edit('DELETE', `/api/suppressions?email=${ANA}&why=It+was+a+slip`);
  expect([why.status, ((await why.json()) as { detail: string }).detail]).toEqual([
    409,
    'The reader has left. Only the reader can lift this suppression, by signing up again.',
  ]);
  await subscribe(world, ANA);
  expect(await suppressionOf(world, ANA)).toBeUndefined();
  await postStory(world);
  await sendNow(world, 'first');
  expect(digestsTo(world, ANA)).toHaveLength(1);
});

it('a list that is taken in again changes nothing', async () => {
  const world = await setUp();
  await storeReader(world, 'ben@paper.example', { consent: { at: NOW, source: 'import' } });
  const file = `email,reason,at\n${ANA},unsubscribed,2024-05-31\nben@paper.example,cleaned,\neva@paper.example,spam,\n`;
  const stored = async () => [
    await suppressionOf(world, ANA),
    await suppressionOf(world, 'ben@paper.example'),
    await suppressionOf(world, 'eva@paper.example'),
    await dataOf(world, await manageLink(world, 'ben@paper.example')),
  ];
  expect(outcomes(await suppressCsv(world, file))).toEqual(['2 added', '3 added', '4 added']);
  const before = await stored();
  expect(before.slice(0, 3)).toMatchObject([
    { reason: 'left', at: '2024-05-31T00:00:00.000Z' },
    { reason: 'bounced', at: NOW },
    { reason: 'complained', at: NOW },
  ]);
  world.pass(86_400_000);
  expect((await suppressCsv(world, file)).summary).toMatchObject({ lines: 3, unchanged: 3 });
  expect(await stored()).toEqual(before);
});

it('a reader who is subscribed here and on the list is unsubscribed from all editions at once, and the line says so', async () => {
  const world = await setUp();
  await storeReader(world, ANA, { editions: ['daily', 'weekly'], consent: { at: NOW, source: 'import' } });
  await storeReader(world, 'ben@paper.example');
  await postStory(world);
  const report = await suppressCsv(world, LEFT);
  expect(report.lines).toEqual([{ line: 2, email: ANA, result: 'added', unsubscribed: ['daily', 'weekly'] }]);
  expect(report.summary).toMatchObject({ added: 1, unsubscribed: 1 });
  expect([...(await readers(world)).keys()]).toEqual(['ben@paper.example']);
  const { subscriber, consentLog } = await dataOf(world, await manageLink(world, ANA));
  expect(subscriber.editions).toEqual([]);
  expect(consentLog.at(-1)).toEqual({ at: NOW, what: 'left', editions: [], detail: 'left, from a list' });
  await sendNow(world, 'first');
  expect(world.mails.map(({ to }) => to)).toEqual(['ben@paper.example']);
  // A sign-up for one edition does not bring the other one back.
  await subscribe(world, ANA, { editions: ['weekly'] });
  expect((await readers(world)).get(ANA)?.editions).toEqual(['weekly']);
});

it('a reader who is on the list after their mail was planned and before it was frozen does not get it', async () => {
  const world = await setUp();
  await storeReader(world, ANA);
  await storeReader(world, 'ben@paper.example');
  await postStory(world);
  const held = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
  expect(await sendNow(held, 'first')).toMatchObject({ planned: 2, sent: 0 });
  await suppressCsv(world, LEFT);
  world.pass(120_000);
  await world.sweep();
  await world.queue.drain();
  expect(world.mails.map(({ to }) => to)).toEqual(['ben@paper.example']);
});

it('a reader who signed up here after they left elsewhere stays, if the list says when they left', async () => {
  const world = await setUp();
  await storeReader(world, ANA, { consent: { at: '2026-03-01T00:00:00.000Z', source: 'sign-up' } });
  const file = (reason: string) => `email,reason,unsub_time\n${ANA},${reason},2026-02-28 23:59:59\n`;
  const stays = '2 unchanged: signed up here on 2026-03-01, which is later, and stays subscribed';
  expect(outcomes(await suppressCsv(world, file('unsubscribed')))).toEqual([stays]);
  expect(outcomes(await suppressCsv(world, file('bounced')))).toEqual([stays]);
  expect(outcomes(await suppressCsv(world, LEFT, 'at=2026-02-28'))).toEqual([stays]);
  expect(await membersOf(world, 'daily')).toHaveLength(1);
  // A sign-up does not end a complaint.
  expect((await suppressCsv(world, file('abuse'))).lines).toMatchObject([{ unsubscribed: ['daily'] }]);
  await storeReader(world, 'ben@paper.example');
  const { lines } = await suppressCsv(world, 'email\nben@paper.example\n');
  expect(lines).toMatchObject([
    {
      ...{ result: 'added', unsubscribed: ['daily'] },
      reason:
        'had signed up here on 2026-11-22; if the list says when readers left (at), those who signed up later stay',
    },
  ]);
});

it.each(['before', 'after'])(
  'a reader who left elsewhere stays out when a bounce from %s the list is lifted',
  async (when) => {
    const world = await setUp({ config: { resendWebhookSecret: SECRET } });
    await storeReader(world, ANA);
    await postStory(world);
    await sendNow(world, 'first');
    const bounce = () => tell(world, told(world, digestOf(world, ANA), 'bounced', HARD));
    world.pass(60_000);
    if (when === 'before') await bounce();
    const { lines } = await suppressCsv(world, LEFT);
    expect(lines).toMatchObject([{ result: when === 'before' ? 'updated' : 'added' }]);
    if (when === 'after') await bounce();
    const leftAt = '2026-11-22T12:01:00.000Z';
    expect(await suppressionOf(world, ANA)).toMatchObject({ reason: 'bounced', leftAt });
    const lifted = await world.edit('DELETE', `/api/suppressions?email=${ANA}&why=It+works+again`);
    expect(lifted.status).toBe(204);
    const seen = await world.edit('GET', `/api/suppressions?email=${ANA}`);
    expect(await seen.json()).toEqual({ email: ANA, suppression: { reason: 'left', at: leftAt, leftAt } });
  },
);

it('a list does not weaken a complaint, and a complaint on a list is lifted only by an editor', async () => {
  const world = await setUp();
  await suppressCsv(world, `email,reason\n${ANA},complained\n`);
  expect(outcomes(await suppressCsv(world, `email,reason\n${ANA},bounced\n`))).toEqual(['2 unchanged']);
  const mails = world.mails.length;
  await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['daily'] } });
  await world.queue.drain();
  expect(world.mails).toHaveLength(mails);
  expect((await world.edit('DELETE', `/api/suppressions?email=${ANA}&why=It+was+a+slip`)).status).toBe(204);
  expect(await suppressionOf(world, ANA)).toBeUndefined();
});

it('the preferences of a reader on the list say that they get nothing, and how to come back', async () => {
  const world = await setUp();
  await storeReader(world, ANA, { language: 'es' });
  await suppressCsv(world, LEFT);
  const page = await (await world.request(await manageLink(world, ANA))).text();
  expect(page).toContain('Está en una lista de personas que no quieren correo nuestro.');
  expect(page).toContain('<a href="/es/subscribe">');
});

it('a dry run reports what would happen and changes nothing', async () => {
  const world = await setUp();
  await storeReader(world, ANA);
  const before = await dataOf(world, await manageLink(world, ANA));
  const { lines, summary } = await suppressCsv(world, 'email\nana@paper.example\nben@\n', 'dryRun=true');
  expect(lines).toMatchObject([{ result: 'added', unsubscribed: ['daily'] }, { result: 'refused' }]);
  expect(summary).toMatchObject({ dryRun: true, added: 1, refused: 1, unsubscribed: 1 });
  expect(await dataOf(world, await manageLink(world, ANA))).toEqual(before);
  expect(await suppressionOf(world, ANA)).toBeUndefined();
});

it('an address on the list is stored as its hash alone', async () => {
  const world = await setUp();
  await suppressCsv(world, 'email,name\nana@paper.example,Ana Ruiz\n');
  const items = await tracesOf(world, [ANA], []);
  expect(items.map(({ pk }) => pk.replace(/#.*/, ''))).toEqual(['SUPPRESSED']);
  expect(JSON.stringify(items)).not.toMatch(/ana@|Ruiz/);
});

it.each([
  ['unsubscribed', 200, ['daily'], undefined],
  ['spam', 409, [], { reason: 'complained' }],
])(
  'a confirmation that is pressed while a list suppresses the address as %s is answered %i, and what it says is true',
  async (reason, status, editions, suppression) => {
    const world = await setUp();
    await world.request('/subscriptions', { method: 'POST', body: { email: ANA, editions: ['daily'] } });
    await world.queue.drain();
    const link = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
    const { subscribers } = world.services;
    const { write } = subscribers;
    subscribers.write = async (...change) => {
      subscribers.write = write;
      await suppressCsv(await setUp({ sharing: world }), `email,reason\n${ANA},${reason}\n`);
      return write(...change);
    };
    expect((await world.request(link, { method: 'POST' })).status).toBe(status);
    if (suppression) expect(await suppressionOf(world, ANA)).toMatchObject(suppression);
    else expect(await suppressionOf(world, ANA)).toBeUndefined();
    expect((await readers(world)).get(ANA)?.editions ?? []).toEqual(editions);
  },
);

it('an import and a list that have the same addresses at the same time leave nobody subscribed', async () => {
  const world = await setUp();
  const other = await setUp({ sharing: world });
  const file = `email\n${Array.from({ length: 40 }, (_, index) => `reader${index}@paper.example\n`).join('')}`;
  const [, listed] = await Promise.all([importCsv(world, file), suppressCsv(other, file)]);
  expect(listed.summary).toMatchObject({ complete: true, added: 40 });
  expect(await readers(world)).toEqual(new Map());
  expect(listed.summary.unsubscribed).toBe(listed.lines.filter((line) => line.unsubscribed).length);
});

it('two lists with the same addresses at the same time suppress each once, and the stronger reason stays', async () => {
  const world = await setUp();
  const other = await setUp({ sharing: world });
  const rows = (reason: string) =>
    Array.from({ length: 20 }, (_, index) => `reader${index}@paper.example,${reason}\n`);
  const [one, two] = await Promise.all([
    suppressCsv(world, `email,reason\n${rows('spam').join('')}`),
    suppressCsv(other, `email,reason\n${rows('unsubscribed').reverse().join('')}`),
  ]);
  expect(one.summary.added + two.summary.added).toBe(20);
  expect(one.summary.updated + two.summary.updated).toBe(20);
  for (let index = 0; index < 20; index++) {
    const expected = { reason: 'complained', leftAt: NOW };
    expect(await suppressionOf(world, `reader${index}@paper.example`)).toMatchObject(expected);
  }
});
