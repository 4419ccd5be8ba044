import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText } from '../../functions/subscribers/csv-cells.ts';
import { csvRows } from '../../functions/subscribers/csv-rows.ts';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp, type World } from '../support/installation.ts';
import { CONSENT, exportCsv, faultsOf, getCsv, importCsv, outcomes } from '../support/lists.ts';
import { digestsTo, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { meterOf } from '../support/units.ts';
import { writeAndReadCells } from './any-input.ts';
import { withLimits } from './import-bodies.ts';

const HEADER =
  'email,language,editions,topics,timeZone,pausedUntil,consentAt,consentSource,suppressed,id,confirmedAt\r\n';

/** Returns the addresses in an export, which are in the first cell of each row after the header. */
const addressesOf = (csv: string) =>
  csv
    .split('\r\n')
    .slice(1, -1)
    .map((row) => row.split(',')[0] ?? '');

async function withReaders(count: number): Promise<{ world: World; addresses: string[] }> {
  const world = await setUp();
  const addresses = Array.from({ length: count }, (_, index) => `reader${index}@reader.example`);
  const editions = ['daily', 'weekly', 'daily;weekly'];
  const rows = addresses.map((email, index) => `${email},${editions[index % 3]}\n`);
  await importCsv(world, `email,editions\n${rows.join('')}`);
  return { world, addresses };
}

/** Returns every part of an export. Each part has a link to the next one. */
async function parts(world: World, query: string): Promise<string[]> {
  const found: string[] = [];
  for (let next: string | undefined = query; next !== undefined; ) {
    const answer = await getCsv(world, next);
    expect(answer.status).toBe(200);
    found.push(await answer.text());
    next = /^<https:\/\/paper\.example\/api\/subscribers(\?.*)>; rel="next"$/.exec(
      answer.headers.get('link') ?? '',
    )?.[1];
    expect(found.length).toBeLessThan(200);
  }
  return found;
}

it('GET /api/subscribers has what is known of each reader, as a file that a spreadsheet opens', async () => {
  const world = await setUp();
  await importCsv(
    world,
    'email,language,editions,topics,timeZone,consentAt,consentSource\nana@reader.example,es,weekly;daily,harbour culture,Europe/Madrid,2019-05-31,"Stall, ""on paper"""\n',
    '',
  );
  const answer = await getCsv(world);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="subscribers-2026-11-22.csv"');
  expect(answer.headers.get('link')).toBeNull();
  const [, row, ...end] = (await answer.text()).split('\r\n');
  expect(end).toEqual(['']);
  expect(row).toMatch(
    /^ana@reader\.example,es,weekly;daily,culture;harbour,Europe\/Madrid,,2019-05-31T00:00:00\.000Z,"Stall, ""on paper""",,id-\d+,2026-11-22T12:00:00\.000Z$/,
  );
  expect((await world.edit('HEAD', '/api/subscribers')).headers.get('content-type')).toBe(
    'text/csv; charset=utf-8',
  );
});

it('a HEAD for an export is answered like a GET, but reads no reader, and the log does not say that readers are exported', async () => {
  const { world } = await withReaders(3);
  const meter = meterOf(world.table);
  for (const query of ['', '?limit=1']) {
    const got = await meter.during(() => world.edit('HEAD', `/api/subscribers${query}`));
    expect([got.result.status, got.read]).toEqual([200, 0]);
    expect(got.result.headers.get('content-disposition')).toContain('subscribers-2026-11-22.csv');
  }
  expect(world.log.lines.map(({ message }) => message)).not.toContain('readers are exported');
  await getCsv(world);
  expect(world.log.lines.map(({ message }) => message)).toContain('readers are exported');
});

it('an export has every reader once, whatever editions they get, and an export of one edition has its readers', async () => {
  const { world, addresses } = await withReaders(10);
  expect(addressesOf(await exportCsv(world)).sort()).toEqual([...addresses].sort());
  const weekly = addressesOf(await exportCsv(world, '?edition=weekly'));
  expect(weekly.sort()).toEqual(addresses.filter((_, index) => index % 3 !== 0).sort());
});

it('an export in parts has every reader once, and each part has the header', async () => {
  const { world, addresses } = await withReaders(10);
  for (const limit of [1, 4, 9, 10, 10_000]) {
    const csv = await parts(world, `?limit=${limit}`);
    for (const part of csv) {
      expect(part.startsWith(HEADER)).toBe(true);
      expect(addressesOf(part).length).toBeLessThanOrEqual(limit);
    }
    expect(csv.flatMap(addressesOf).sort()).toEqual([...addresses].sort());
  }
  const weekly = await parts(world, '?edition=weekly&limit=2');
  expect(weekly.flatMap(addressesOf)).toHaveLength(6);
});

it('an export in parts ends a part before it has too many bytes, and loses and repeats nobody', async () => {
  const { world, addresses } = await withReaders(600);
  const limited = { ...world, ...withLimits(world, { exported: 5000, exportedBytes: 15_000 }) };
  const csv = await parts(limited, '');
  expect(csv.length).toBeGreaterThan(3);
  for (const part of csv) expect(Buffer.byteLength(part)).toBeLessThan(15_000 + HEADER.length);
  expect(csv.flatMap(addressesOf).sort()).toEqual([...addresses].sort());
});

it('a reader who moves to another edition between two parts of an export is neither lost nor repeated', async () => {
  const { world, addresses } = await withReaders(40);
  const first = await getCsv(world, '?limit=20');
  const seen = addressesOf(await first.text());
  const moving = addresses.filter((_, index) => index % 3 === 1).slice(0, 10);
  await importCsv(world, `email,editions\n${moving.map((email) => `${email},daily\n`).join('')}`);
  const next = /(\?[^>]*)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  const rest = (await parts(world, next)).flatMap(addressesOf);
  expect([...seen, ...rest].sort()).toEqual([...addresses].sort());
});

it('an export leaves out readers who left every edition, and marks readers who are suppressed', async () => {
  const world = await setUp();
  for (const name of ['ana', 'ben', 'eva']) await subscribe(world, `${name}@reader.example`);
  await postStory(world);
  await sendNow(world, 'first');
  const leave = linkIn(digestsTo(world, 'ana@reader.example')[0]?.text, '/unsubscribe');
  await world.request(leave, {
    method: 'POST',
    body: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await world.services.subscribers.suppress(addressHash('ben@reader.example'), {
    reason: 'complained',
    at: '2026-11-22T12:00:00.000Z',
  });
  const csv = await exportCsv(world);
  expect(addressesOf(csv).sort()).toEqual(['ben@reader.example', 'eva@reader.example']);
  expect(csv).toMatch(/\r\nben@.*,sign-up,complained,/);
  expect(csv).toMatch(/\r\neva@.*,sign-up,,/);
});

it.each([
  ['?edition=dayly', 'edition must be one of daily, weekly.'],
  ['?limit=0', 'limit must be a whole number from 1 to 10000.'],
  ['?limit=10001', 'limit must be a whole number from 1 to 10000.'],
  ['?cursor=xx', 'cursor must be the cursor from the link to the next part, as an earlier answer gave it.'],
  [
    `?cursor=${Buffer.from('16.x').toString('base64url')}`,
    'cursor must be the cursor from the link to the next part, as an earlier answer gave it.',
  ],
  ['?editions=daily', 'There is no parameter editions; allowed are edition, limit, cursor.'],
])('GET /api/subscribers%s is refused', async (query, detail) => {
  const world = await setUp();
  const answer = await getCsv(world, query);
  expect(answer.status).toBe(400);
  expect(await faultsOf(answer)).toEqual([detail]);
});

describe('the cells of an export', () => {
  it('are never formulas', async () => {
    const world = await setUp();
    const file =
      'email,consentSource\n' +
      '=cmd|calc@reader.example,"=HYPERLINK(""https://evil.example"")"\n' +
      '+ana@reader.example,+1\n-ben@reader.example,-1\n' +
      "'=eva@reader.example,@SUM(1)\nida@reader.example,＝1\n";
    const report = await importCsv(world, file);
    expect(report.summary.added).toBe(5);
    const csv = await exportCsv(world);
    for await (const { cells } of csvRows([Buffer.from(csv)] as unknown as AsyncIterable<Uint8Array>)) {
      for (const cell of cells) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
    }
    expect(csv).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
    expect(csv).toContain("\r\n'+ana@reader.example,");
  });

  it('are the same after they are written to a file and read from it', async () => {
    await writeAndReadCells(100);
  });
});

it('an export changes nothing when it is imported again, and makes the same readers in another installation', async () => {
  const world = await setUp();
  const text = fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom(...'=+-@\'",;ab é€😀') });
  const local = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."=+-'ab1é_") });
  const some = <T>(...values: T[]) => fc.subarray(values, { minLength: 1 });
  const reader = fc.record({
    email: local.map((name) => `${name}@reader.example`),
    language: fc.constantFrom('en', 'es'),
    editions: some('daily', 'weekly'),
    topics: fc.subarray(['culture', 'harbour']),
    timeZone: fc.constantFrom('', 'Europe/Madrid', 'America/New_York'),
    consentAt: fc.constantFrom('', '2019-05-31', '2020-02-29T23:59:59+02:00'),
    consentSource: text.filter((each) => each.trim() !== ''),
  });
  const list = fc.uniqueArray(reader, {
    minLength: 25,
    maxLength: 25,
    selector: ({ email }) => addressHash(email),
  });
  const [rows = []] = fc.sample(list, { numRuns: 1, seed: 7 });
  const header = ['email', 'language', 'editions', 'topics', 'timeZone', 'consentAt', 'consentSource'];
  const file = csvText([
    header,
    ...rows.map((row) => header.map((column) => [row[column as keyof typeof row]].flat().join(';'))),
  ]);
  expect(outcomes(await importCsv(world, file, ''))).toEqual(rows.map((_, index) => `${index + 2} added`));
  const csv = await exportCsv(world);
  world.pass(3_600_000);
  expect((await importCsv(world, csv, '')).summary).toMatchObject({ lines: 25, unchanged: 25 });
  expect(await exportCsv(world)).toBe(csv);

  const elsewhere = await setUp();
  expect((await importCsv(elsewhere, csv, CONSENT)).summary).toMatchObject({ lines: 25, added: 25 });
  const withoutOurs = (each: string) =>
    each
      .split('\r\n')
      .map((row) => row.replace(/,,id-\d+,[^,]*$/, ''))
      .sort();
  expect(withoutOurs(await exportCsv(elsewhere))).toEqual(withoutOurs(csv));
});
