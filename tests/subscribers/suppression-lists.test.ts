import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import {
  exportCsv,
  faultsOf,
  importCsv,
  outcomes,
  postSuppressions,
  readers,
  suppressCsv,
  suppressJson,
} from '../support/lists.ts';
import { partsOf, withLimits } from './import-bodies.ts';
import { suppressionOf } from './reader.ts';

/** What a list of addresses that must not be mailed may look like, and what is said about one that cannot be read. */

const ANA = 'ana@paper.example';

const FILES: [name: string, file: string, line: number, passedOver: string[] | undefined][] = [
  ['the plainest list', `email\n${ANA}\n`, 2, undefined],
  ['an export from here', `email,language,suppressed\n${ANA},es,bounced\n`, 2, ['language']],
  [
    'Mailchimp',
    `"Email Address","First Name",MEMBER_RATING,UNSUB_TIME,UNSUB_REASON\n"${ANA}","Ana, the first",2,"2019-01-01 10:00:00",NORMAL\n`,
    2,
    ['First Name', 'MEMBER_RATING', 'UNSUB_REASON'],
  ],
  [
    'Postmark',
    `EmailAddress,SuppressionReason,Origin,CreatedAt\n${ANA},HardBounce,Recipient,2019-01-01T10:00:00Z\n`,
    2,
    ['Origin', 'CreatedAt'],
  ],
  ['Mailgun', `address,tags,created_at\n${ANA},*,x\n`, 2, ['tags', 'created_at']],
  ['German Excel', `E-Mail;Name\r\n${ANA};Ana, Ruiz\r\n`, 2, ['Name']],
  ['Spanish Excel', `sep=;\r\nCorreo electrónico;Nombre\r\n${ANA};Ana\r\n`, 3, ['Nombre']],
  ['a file with sep=,', `sep=,\nemail,name\n${ANA},Ana\n`, 3, ['name']],
  ['a file with tabs', `Name\tE-mail address\nAna; Ruiz\t${ANA}\n`, 2, ['Name']],
  ['a BOM', `\uFEFFemail;reason\n${ANA};unsubscribed\n`, 2, undefined],
  ['empty columns at the end', `email,,\n${ANA},,,,\n,,\n`, 2, ['', '']],
  ['two columns of addresses', `address,email\nHarbour Street 1,${ANA}\n`, 2, ['address']],
  ['a formula that a spreadsheet made text', `email\n${ANA}\n'=1@paper.example\n`, 2, undefined],
];
it.each(FILES)('a list from %s is read', async (_, file, line, passedOver) => {
  const world = await setUp();
  const { lines, summary } = await suppressCsv(world, file);
  expect(lines[0]).toEqual({ line, email: ANA, result: 'added' });
  expect(summary).toMatchObject({ complete: true, refused: 0 });
  expect(summary.columnsPassedOver).toEqual(passedOver);
  expect(await suppressionOf(world, ANA)).toBeDefined();
});

it('a time is read as other services write it, in UTC unless it names a zone', async () => {
  const world = await setUp();
  const times = {
    '2019-05-31': '2019-05-31T00:00:00.000Z',
    '2019-05-31 08:30:00': '2019-05-31T08:30:00.000Z',
    '2019-05-31 08:30:00 UTC': '2019-05-31T08:30:00.000Z',
    '2019-05-31 08:30:00 +0200': '2019-05-31T06:30:00.000Z',
    '2019-05-31T08:30:00+02:00': '2019-05-31T06:30:00.000Z',
    '2019-05-31T08:30': '2019-05-31T08:30:00.000Z',
  };
  const rows = Object.keys(times).map((at, index) => `reader${index}@paper.example,${at}\n`);
  expect((await suppressCsv(world, `email,unsubscribed_at\n${rows.join('')}`)).summary.added).toBe(6);
  for (const [index, leftAt] of Object.values(times).entries())
    expect(await suppressionOf(world, `reader${index}@paper.example`)).toMatchObject({ at: leftAt, leftAt });
});

it('a reason is read in the words of other services', async () => {
  const world = await setUp();
  const words = {
    left: ['left', 'Unsubscribed', 'opted-out', 'BLOCKLISTED', 'inactive', 'ManualSuppression'],
    bounced: ['bounced', 'cleaned', 'hard_bounce', 'HardBounce', 'BOUNCE'],
    complained: ['complained', 'spam', 'Abuse', 'SpamComplaint', 'COMPLAINT'],
    refused: ['refused'],
  };
  for (const [reason, all] of Object.entries(words)) {
    for (const [index, word] of all.entries()) {
      const email = `${reason}${index}@paper.example`;
      expect(outcomes(await suppressCsv(world, `email,status\n${email},${word}\n`)), word).toEqual([
        '2 added',
      ]);
      expect((await suppressionOf(world, email))?.reason, word).toBe(reason);
    }
  }
});

it('each line with faults is refused with all of them, and the others are taken in', async () => {
  const world = await setUp();
  const file =
    'email,reason,at\n' +
    'ana@paper,asleep,soon\n' +
    `${ANA},unsubscribed,2019-02-30 08:00:00\n` +
    `${ANA},subscribed,\n` +
    `${ANA},,\n` +
    `${ANA},spam,2026-11-23\n` +
    `${ANA},spam\n` +
    `${ANA},spam,,more\n` +
    `"${ANA}\n",spam,\n` +
    'ben@mail.mailinator.com,spam,\n';
  const words =
    'is not one of left, bounced, complained, refused, or a word of another service for one of them, such as unsubscribed, cleaned or spam';
  const time = 'must be a day or a time such as 2019-05-31 or 2019-05-31T08:30:00Z';
  expect(outcomes(await suppressCsv(world, file))).toEqual([
    `2 refused: email: must have a domain with a dot in it after the @, such as paper.example; reason: "asleep" ${words}; at: "soon" ${time}`,
    `3 refused: at: "2019-02-30 08:00:00" ${time}`,
    `4 refused: reason: "subscribed" ${words}`,
    '5 refused: reason: is empty: it must say why the address must not be mailed, here or for all such lines as ?reason=left',
    '6 refused: at: "2026-11-23" lies in the future',
    '7 refused: has 2 cells, but the first line has 3',
    '8 refused: has 4 cells, but the first line has 3',
    '9 refused: goes on to line 10: a cell must not have a line end; perhaps there is one quote too many',
    '11 added',
  ]);
  expect(await suppressionOf(world, ANA)).toBeUndefined();
});

it('an export from here keeps out only the readers whom it marks as suppressed', async () => {
  const world = await setUp();
  await importCsv(world, `email\n${ANA}\nben@paper.example\n`);
  const csv = (await exportCsv(world)).replace(/(ben@.*,)(,id-)/, '$1complained$2');
  const { summary } = await suppressCsv(world, csv);
  expect(summary).toMatchObject({ lines: 2, added: 1, refused: 1, unsubscribed: 1 });
  expect([...(await readers(world)).keys()]).toEqual([ANA]);
});

it('a list of readers to import is not taken for a list of readers who left, unless the request says so', async () => {
  const world = await setUp();
  const file = `email,editions\n${ANA},daily\n`;
  const answer = await postSuppressions(world, file);
  expect([answer.status, await faultsOf(answer)]).toEqual([
    422,
    [
      'The file has a column "editions", so it looks like a list of readers to import. If its addresses must not be mailed, say why: in a column reason, or for the whole file as ?reason=left.',
    ],
  ]);
  expect(outcomes(await suppressCsv(world, file, 'reason=unsubscribed'))).toEqual(['2 added']);
});

it.each([
  ['an empty file', '', 'The file is empty: its first line must name the columns.'],
  [
    'a file without a header',
    `${ANA}\n`,
    'The first line must name the columns, and one of them must be "email". Other columns that are read: reason, at.',
  ],
  ['a column twice', `email,Status,status\n${ANA},,\n`, 'The column "Status" is there twice.'],
  [
    'UTF-16',
    Buffer.from(`\uFEFFemail\n${ANA}\n`, 'utf16le'),
    'The file is not UTF-8, or it is not text. Save it as "CSV UTF-8".',
  ],
])('%s is refused before anything is stored', async (_, file, fault) => {
  const world = await setUp();
  const answer = await postSuppressions(world, file);
  expect([answer.status, await faultsOf(answer)]).toEqual([422, [fault]]);
});

it.each([
  ['reason=asleep', /^reason "asleep" is not one of left, bounced, complained, refused, or a word of/],
  ['at=2027-01-01', 'at "2027-01-01" lies in the future.'],
  ['fromLine=x', 'fromLine must be the number of a line.'],
  ['dryRun=yes', 'dryRun must be true or false.'],
  ['dry=true', 'There is no parameter dry; allowed are reason, at, fromLine, dryRun.'],
])('the query %s is refused', async (query, fault) => {
  const world = await setUp();
  const answer = await postSuppressions(world, `email\n${ANA}\n`, query);
  expect(answer.status).toBe(400);
  expect((await faultsOf(answer))[0]).toMatch(fault);
  expect(await suppressionOf(world, ANA)).toBeUndefined();
});

it('a list in JSON is taken in like one in CSV, and its lines are the numbers of its entries', async () => {
  const world = await setUp();
  await importCsv(world, `email\n${ANA}\n`);
  const list = [
    { email: ANA, reason: 'unsubscribed', at: '2026-11-22T09:00:00Z' },
    { email: 'ben@paper.example' },
    { email: 7, reason: 'spam', when: 'today' },
    { reason: 'spam' },
    ANA,
    { email: 'eva@paper.example', reason: '' },
  ];
  const { lines, summary } = await suppressJson(world, list);
  expect(lines).toEqual([
    { line: 1, email: ANA, result: 'added', unsubscribed: ['daily'] },
    { line: 2, email: 'ben@paper.example', result: 'added' },
    { line: 3, result: 'refused', reason: 'email: must be a string; when: is not a field here' },
    {
      ...{ line: 4, result: 'refused' },
      reason: 'email: is missing: it must be a mail address, such as ana@paper.example',
    },
    { line: 5, result: 'refused', reason: 'must be an object' },
    {
      ...{ line: 6, email: 'eva@paper.example', result: 'refused' },
      reason:
        'reason: is empty: it must say why the address must not be mailed, here or for all such lines as ?reason=left',
    },
  ]);
  expect(summary).toMatchObject({ complete: true, lines: 6, added: 2, refused: 4, unsubscribed: 1 });
  expect(await suppressionOf(world, ANA)).toMatchObject({ leftAt: '2026-11-22T09:00:00.000Z' });
  const rest = await suppressJson(world, list, 'fromLine=2&reason=bounced');
  expect(outcomes(rest)[0]).toBe('2 updated');
  expect(rest.lines.at(-1)).toMatchObject({ line: 6, result: 'added' });
});

it.each([
  ['no JSON', '{', 400, /^The body is not JSON/],
  ['a list alone', '[]', 422, 'must be an object'],
  ['nothing', '', 422, 'must be a list of {email, reason, at}'],
  ['another member', '{"suppressions":[],"a":1}', 422, 'is not a field here'],
  [
    'more than a megabyte',
    JSON.stringify({ suppressions: [{ email: 'x'.repeat(1_000_000) }] }),
    413,
    'The body may have at most 1000000 bytes.',
  ],
])('a body in JSON that is %s is refused', async (_, body, status, fault) => {
  const answer = await postSuppressions(await setUp(), body, '', { 'content-type': 'application/json' });
  expect(answer.status).toBe(status);
  expect((await faultsOf(answer))[0]).toMatch(fault);
});

it('a body of another type is refused with the types that are taken', async () => {
  const answer = await postSuppressions(await setUp(), '<a/>', '', { 'content-type': 'text/xml' });
  expect([answer.status, await faultsOf(answer)]).toEqual([
    415,
    [
      'The type is "text/xml"; allowed: text/csv; charset=utf-8, not compressed, application/json, not compressed.',
    ],
  ]);
});

it('a list whose transfer breaks off is taken in up to its last whole line, and the rest when it is sent again', async () => {
  const world = await setUp();
  const all = Array.from({ length: 30 }, (_, index) => `reader${index}@paper.example`);
  const whole = `email\n${all.join('\n')}\n`;
  const body = partsOf(whole.slice(0, whole.indexOf('reader20@') + 14), new Error('connection reset'));
  const report = await suppressCsv(world, body);
  const reason = 'The transfer of the file broke off.';
  expect(report.summary).toMatchObject({ complete: false, added: 20, nextLine: 22, reason });
  expect((await suppressCsv(world, whole)).summary).toMatchObject({ unchanged: 20, added: 10 });
  const early = await postSuppressions(world, partsOf('ema', new Error('connection reset')));
  expect([early.status, await faultsOf(early)]).toEqual([400, [reason]]);
});

it('a list that takes longer than a request may goes on where it stopped', async () => {
  const world = await setUp();
  const limited = withLimits(world, { reportBytes: 500 });
  const file = `sep=;\nemail;name\n${Array.from({ length: 40 }, (_, index) => `reader${index}@paper.example;x\n`).join('')}`;
  let nextLine = 1;
  let added = 0;
  for (let complete = false; !complete; ) {
    const { summary } = await suppressCsv(limited, file, `fromLine=${nextLine}`);
    expect(summary.added).toBe(summary.lines);
    expect(summary.lines).toBeLessThan(40);
    added += summary.added;
    complete = summary.complete;
    nextLine = summary.nextLine ?? 0;
  }
  expect(added).toBe(40);
});
