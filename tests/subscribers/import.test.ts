import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp } from '../support/installation.ts';
import { exportCsv, importCsv, outcomes, postCsv, readers } from '../support/lists.ts';
import { digestsTo, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { meterOf } from '../support/units.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

it('POST /api/subscribers/import subscribes at once, with the consent that the request names, and mails nobody', async () => {
  const world = await setUp();
  const file =
    'Email,language,editions,topics,timezone,consentAt,consentSource\r\n' +
    'ana@Reader.example,es,daily;weekly,culture harbour,Europe/Madrid,2019-05-31,"Market stall, on paper"\r\n' +
    'ben@reader.example,,,,,,\r\n';
  const answer = await postCsv(world, file, 'consent=Old+list&consentAt=2018-01-01&editions=weekly');
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await answer.text()).split('\n')).toEqual([
    '{"line":2,"email":"ana@reader.example","result":"added"}',
    '{"line":3,"email":"ben@reader.example","result":"added"}',
    '{"summary":{"complete":true,"lines":2,"added":2,"updated":0,"unchanged":0,"refused":0}}',
    '',
  ]);
  const all = await readers(world);
  expect(all.get('ana@reader.example')).toMatchObject({
    language: 'es',
    editions: ['daily', 'weekly'],
    topics: ['culture', 'harbour'],
    timeZone: 'Europe/Madrid',
    consent: { at: '2019-05-31T00:00:00.000Z', source: 'import', detail: 'Market stall, on paper' },
  });
  const ben = all.get('ben@reader.example');
  expect(ben).toMatchObject({
    language: 'en',
    editions: ['weekly'],
    topics: [],
    consent: { at: '2018-01-01T00:00:00.000Z', source: 'import', detail: 'Old list' },
  });
  expect(await world.services.subscribers.consentLog({ id: ben?.id ?? '' })).toEqual([
    {
      at: '2026-11-22T12:00:00.000Z',
      what: 'imported',
      editions: ['weekly'],
      detail: 'Old list (agreed at 2018-01-01T00:00:00.000Z)',
    },
  ]);
  await world.queue.drain();
  expect(world.mails).toEqual([]);
});

it('the next issue goes once to each imported reader, and its links work', async () => {
  const world = await setUp();
  await importCsv(world, 'email,language\nana@reader.example,es\nANA@reader.example,en\n');
  await postStory(world, { language: 'es' });
  await sendNow(world, 'first');
  const [mail, ...more] = digestsTo(world, 'ana@reader.example');
  expect(more).toEqual([]);
  expect(world.mails).toHaveLength(1);
  const left = await world.request(linkIn(mail?.text, '/unsubscribe'), {
    method: 'POST',
    body: '',
    headers: FORM,
  });
  expect(left.status).toBe(200);
  expect(await readers(world)).toEqual(new Map());
});

it('the first of two lines with the same address counts, and the second adds only its editions', async () => {
  const world = await setUp();
  const report = await importCsv(
    world,
    'email,language,editions\nana@reader.example,es,daily\nana@READER.example,en,daily\nAna@reader.example,en,weekly\n',
  );
  expect(outcomes(report)).toEqual(['2 added', '3 unchanged', '4 updated']);
  expect(await readers(world)).toMatchObject(
    new Map([['ana@reader.example', { language: 'es', editions: ['daily', 'weekly'] }]]),
  );
});

it('a second import of the same file changes nothing and writes nothing', async () => {
  const world = await setUp();
  const file = `email\n${Array.from({ length: 50 }, (_, index) => `reader${index}@reader.example\n`).join('')}`;
  expect((await importCsv(world, file)).summary).toMatchObject({ added: 50 });
  const before = await readers(world);
  world.pass(60_000);
  const again = await meterOf(world.table).during(() => importCsv(world, file));
  expect(again.result.summary).toMatchObject({ lines: 50, unchanged: 50, added: 0, refused: 0 });
  expect(again.write).toBe(0);
  expect(await readers(world)).toEqual(before);
  const { id = '' } = before.get('reader7@reader.example') ?? {};
  expect(await world.services.subscribers.consentLog({ id })).toHaveLength(1);
});

it('a reader who was subscribed before keeps language, topics and consent, and gets the editions they never had', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@reader.example', { language: 'es', topics: ['culture'] });
  const file =
    'email,language,topics,timeZone,editions\nana@reader.example,en,harbour,Europe/Paris,daily;weekly\n';
  expect(outcomes(await importCsv(world, file))).toEqual(['2 updated']);
  const ana = (await readers(world)).get('ana@reader.example');
  expect(ana).toMatchObject({
    language: 'es',
    topics: ['culture'],
    editions: ['daily', 'weekly'],
    consent: { source: 'sign-up' },
  });
  expect(ana?.timeZone).toBeUndefined();
  const log = await world.services.subscribers.consentLog({ id: ana?.id ?? '' });
  expect(log.map(({ what, editions }) => [what, editions])).toEqual([
    ['asked', ['daily']],
    ['confirmed', ['daily']],
    ['imported', ['daily', 'weekly']],
  ]);
});

it('an import brings nobody back to an edition that they left, in whatever way they left it', async () => {
  const world = await setUp();
  const reader = async (name: string, leave: 'link' | 'all' | 'page') => {
    const email = `${name}@reader.example`;
    await subscribe(world, email, { editions: ['daily', 'weekly'] });
    const mail = async () => digestsTo(world, email).at(-1)?.text;
    await postStory(world);
    await sendNow(world, name);
    if (leave === 'page') {
      const manage = linkIn(await mail(), '/subscriptions/manage');
      await world.request(manage, { method: 'POST', body: 'language=en&editions=weekly', headers: FORM });
    } else {
      const body = leave === 'all' ? 'scope=all' : '';
      await world.request(linkIn(await mail(), '/unsubscribe'), { method: 'POST', body, headers: FORM });
    }
  };
  await reader('link', 'link');
  await reader('page', 'page');
  await reader('all', 'all');
  world.pass(86_400_000);
  const file = (editions: string) =>
    `email,editions\n${['link', 'page', 'all'].map((name) => `${name}@reader.example,${editions}\n`).join('')}`;
  const left = 'left daily on 2026-11-22; only the reader can subscribe again';
  const everything = 'left every edition on 2026-11-22; only the reader can subscribe again';
  expect(outcomes(await importCsv(world, file('daily')))).toEqual([
    `2 refused: ${left}`,
    `3 refused: ${left}`,
    `4 refused: ${everything}`,
  ]);
  expect(outcomes(await importCsv(world, file('daily;weekly')))).toEqual([
    `2 unchanged: ${left}`,
    `3 unchanged: ${left}`,
    `4 refused: ${everything}`,
  ]);
  const all = await readers(world);
  expect([...all].map(([email, { editions }]) => [email, editions]).sort()).toEqual([
    ['link@reader.example', ['weekly']],
    ['page@reader.example', ['weekly']],
  ]);
});

it('a reader who left and came back by themself is imported like any other reader', async () => {
  const world = await setUp();
  await subscribe(world, 'ana@reader.example', { editions: ['daily', 'weekly'] });
  const ana = (await readers(world)).get('ana@reader.example');
  await postStory(world);
  await sendNow(world, 'first');
  const leave = linkIn(digestsTo(world, 'ana@reader.example')[0]?.text, '/unsubscribe');
  await world.request(leave, { method: 'POST', body: '', headers: FORM });
  world.pass(3_600_000);
  await subscribe(world, 'ana@reader.example', { editions: ['daily'] });
  expect(outcomes(await importCsv(world, 'email\nana@reader.example\n'))).toEqual(['2 unchanged']);
  expect((await readers(world)).get('ana@reader.example')?.id).toBe(ana?.id);
});

it.each([
  ['bounced', 'mail to this address came back'],
  ['complained', 'the reader reported our mail as spam'],
  ['refused', 'the mail provider refuses this address'],
  ['erased', 'the reader had their data erased'],
  ['left', 'the reader left'],
] as const)(
  'an address that is suppressed as %s is refused with that reason, and stays out',
  async (reason, words) => {
    const world = await setUp();
    await world.services.subscribers.suppress(addressHash('ana@reader.example'), {
      reason,
      at: '2026-03-01T08:00:00.000Z',
    });
    expect(outcomes(await importCsv(world, 'email\nANA@reader.example\nben@reader.example\n'))).toEqual([
      `2 refused: ${words} on 2026-03-01; an import cannot bring the address back`,
      '3 added',
    ]);
    expect([...(await readers(world)).keys()]).toEqual(['ben@reader.example']);
  },
);

it('an import keeps to the pauses and suppressions that an export names', async () => {
  const world = await setUp();
  const report = await importCsv(
    world,
    'email,pausedUntil,suppressed,id,confirmedAt\nana@reader.example,2026-12-24,,x,\nben@reader.example,,complained,y,\n',
  );
  expect(outcomes(report)).toEqual([
    '2 added',
    '3 refused: is marked as suppressed in the file: complained; POST /api/suppressions keeps such addresses out of later imports too',
  ]);
  expect((await readers(world)).get('ana@reader.example')?.pausedUntil).toBe('2026-12-24T00:00:00.000Z');
  await postStory(world);
  await sendNow(world, 'first');
  expect(world.mails).toEqual([]);
  expect(await exportCsv(world)).toContain('ana@reader.example,en,daily,,,2026-12-24T00:00:00.000Z,');
});
