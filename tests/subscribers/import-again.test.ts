import { expect, it } from 'vitest';
import { unsubscribe } from '../../functions/subscribers/preferences.ts';
import { setUp } from '../support/installation.ts';
import { CONSENT, exportCsv, faultsOf, importCsv, outcomes, postCsv, readers } from '../support/lists.ts';
import { subscribe } from '../support/newsroom.ts';
import { partsOf, withLimits } from './import-bodies.ts';

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `reader${index}@reader.example`);
const fileOf = (list: string[]) => `email\n${list.map((email) => `${email}\n`).join('')}`;
it('a file that breaks off is stored up to its last whole line, and after a second import every reader is there once', async () => {
  const world = await setUp();
  const all = addresses(30);
  const body = partsOf(fileOf(all.slice(0, 20)), 'reader20@reader.exam', new Error('connection reset'));
  const report = await importCsv(world, body);
  expect(report.summary).toMatchObject({
    complete: false,
    added: 20,
    nextLine: 22,
    reason: 'The transfer of the file broke off.',
  });
  expect((await readers(world)).size).toBe(20);
  expect((await importCsv(world, fileOf(all))).summary).toMatchObject({
    complete: true,
    unchanged: 20,
    added: 10,
  });
  expect([...(await readers(world)).keys()].sort()).toEqual([...all].sort());
});

it('an import with fromLine begins at that line, and reports nothing of the lines before it', async () => {
  const world = await setUp();
  const report = await importCsv(world, fileOf(addresses(10)), `${CONSENT}&fromLine=9`);
  expect(outcomes(report)).toEqual(['9 added', '10 added', '11 added']);
  expect(report.summary.lines).toBe(3);
});

it('two imports of the same file at the same time make each reader once', async () => {
  const world = await setUp();
  const other = await setUp({ sharing: world });
  const all = addresses(30);
  const reports = await Promise.all([
    importCsv(world, fileOf(all)),
    importCsv(other, fileOf([...all].reverse())),
  ]);
  const [one, two] = reports.map(({ summary }) => summary);
  expect((one?.added ?? 0) + (two?.added ?? 0)).toBe(30);
  expect((one?.unchanged ?? 0) + (two?.unchanged ?? 0)).toBe(30);
  const found = await readers(world);
  expect([...found.keys()].sort()).toEqual([...all].sort());
  for (const { version } of found.values()) expect(version).toBe(1);
});

it('two imports of different editions at the same time both take effect', async () => {
  const world = await setUp();
  const all = addresses(20);
  await Promise.all([
    importCsv(world, fileOf(all), 'consent=a&editions=daily'),
    importCsv(world, fileOf(all), 'consent=b&editions=weekly'),
  ]);
  const found = await readers(world);
  expect(found.size).toBe(20);
  for (const { editions } of found.values()) expect([...editions].sort()).toEqual(['daily', 'weekly']);
});

it('an import and a confirmation at the same time make one reader', async () => {
  const world = await setUp();
  const file = fileOf(Array.from({ length: 20 }, () => 'ana@reader.example'));
  await Promise.all([
    subscribe(world, 'ana@reader.example', { editions: ['weekly'] }),
    importCsv(world, file),
    importCsv(world, file),
  ]);
  const found = await readers(world);
  expect([...found.keys()]).toEqual(['ana@reader.example']);
  expect([...(found.get('ana@reader.example')?.editions ?? [])].sort()).toEqual(['daily', 'weekly']);
});

it('an address that is suppressed after an import has looked for it and before it writes is not stored', async () => {
  const world = await setUp();
  const { subscribers } = world.services;
  const looked = subscribers.suppressions;
  subscribers.suppressions = async (hashes) => {
    const found = await looked(hashes);
    for (const hash of hashes)
      await subscribers.suppress(hash, { reason: 'erased', at: '2026-11-22T12:00:00.000Z' });
    return found;
  };
  expect(outcomes(await importCsv(world, 'email\nana@reader.example\n'))).toEqual([
    '2 refused: the reader had their data erased on 2026-11-22; an import cannot bring the address back',
  ]);
  expect(await readers(world)).toEqual(new Map());
});

it('a reader who leaves after an import has looked for them and before it writes is not subscribed again', async () => {
  const world = await setUp();
  await importCsv(world, fileOf(['ana@reader.example']));
  const [ana] = (await readers(world)).values();
  const { subscribers } = world.services;
  const looked = subscribers.getMany;
  subscribers.getMany = async (ids) => {
    const found = await looked(ids);
    await unsubscribe(world.services, ana?.id ?? '', 'all', 'page');
    return found;
  };
  expect(
    outcomes(await importCsv(world, fileOf(['ana@reader.example']), 'consent=x&editions=weekly')),
  ).toEqual(['2 refused: left every edition on 2026-11-22; only the reader can subscribe again']);
  expect(await readers(world)).toEqual(new Map());
});

it('the first of two lines with the same address counts, even if it takes longer to store', async () => {
  const world = await setUp();
  const { subscribers } = world.services;
  const { write } = subscribers;
  let writes = 0;
  subscribers.write = async (...args) => {
    writes += 1;
    if (writes === 1) for (let wait = 0; wait < 30; wait++) await subscribers.consentLog({ id: 'nobody' });
    return write(...args);
  };
  const file = 'email,language\nana@reader.example,es\nana@reader.example,en\n';
  expect(outcomes(await importCsv(world, file))).toEqual(['2 added', '3 unchanged']);
  expect((await readers(world)).get('ana@reader.example')?.language).toBe('es');
});

it('a report names the line from which the table failed, and an import from that line stores the rest', async () => {
  const world = await setUp();
  const { subscribers } = world.services;
  const { write } = subscribers;
  let writes = 0;
  subscribers.write = async (...args) => {
    writes += 1;
    if (writes > 25) throw new Error('the table does not answer');
    return write(...args);
  };
  const all = addresses(60);
  const { lines, summary } = await importCsv(world, fileOf(all));
  expect(summary.complete).toBe(false);
  expect(summary.reason).toMatch(
    /^Something went wrong here\. The lines from this one on may or may not be stored/,
  );
  expect(lines.map(({ line }) => line)).toEqual(
    Array.from({ length: lines.length }, (_, index) => index + 2),
  );
  expect(summary.nextLine).toBe(lines.length + 2);
  expect(world.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  const stored = await readers(world);
  for (const { email = '' } of lines) expect(stored.has(email), email).toBe(true);

  subscribers.write = write;
  const rest = await importCsv(world, fileOf(all), `${CONSENT}&fromLine=${summary.nextLine}`);
  expect(rest.summary).toMatchObject({ complete: true, lines: 60 - lines.length });
  expect([...(await readers(world)).keys()].sort()).toEqual([...all].sort());
});

it('an import that has little time stops before it is cut off, and says at which line to go on', async () => {
  const world = await setUp();
  const limited = withLimits(world, { milliseconds: 20_000 });
  const { subscribers } = world.services;
  const { write } = subscribers;
  const late = Promise.withResolvers<void>();
  subscribers.write = async (...args) => {
    const written = await write(...args);
    world.pass(20_000);
    late.resolve();
    return written;
  };
  const body = partsOf('email\na@reader.example\nben@reader', late.promise, '.example\nc@reader.example\n');
  const first = await importCsv(limited, body);
  expect(outcomes(first)).toEqual(['2 added']);
  expect(first.summary).toMatchObject({
    complete: false,
    nextLine: 3,
    reason: 'One request may take 20 seconds. Send the file again with fromLine.',
  });
  subscribers.write = write;
  const second = await importCsv(
    limited,
    fileOf(['a', 'b', 'c'].map((name) => `${name}@reader.example`)),
    `${CONSENT}&fromLine=3`,
  );
  expect(outcomes(second)).toEqual(['3 added', '4 added']);
  expect(second.summary.complete).toBe(true);
});

it('a report stops at the limit of its bytes, and imports from there on get to the end of the file', async () => {
  const world = await setUp();
  const limited = withLimits(world, { reportBytes: 1000 });
  const all = addresses(100);
  let nextLine = 2;
  let rounds = 0;
  for (let complete = false; !complete; rounds++) {
    const { summary } = await importCsv(limited, fileOf(all), `${CONSENT}&fromLine=${nextLine}`);
    complete = summary.complete;
    expect(summary.added).toBe(summary.lines);
    expect(summary.lines).toBeLessThan(40);
    nextLine = summary.nextLine ?? 0;
  }
  expect(rounds).toBeGreaterThan(3);
  expect([...(await readers(world)).keys()].sort()).toEqual([...all].sort());
});

it('the limit of a report counts bytes, of which many letters take three', async () => {
  const world = await setUp();
  const limited = withLimits(world, { reportBytes: 60_000 });
  const wrong = Array.from({ length: 400 }, (_, index) => `${'読'.repeat(70)}${index}`);
  const { summary, lines } = await importCsv(limited, fileOf(wrong));
  expect(summary).toMatchObject({ complete: false, refused: summary.lines });
  // Up to 16 lines are under way when the limit is reached.
  const longest = Math.max(...lines.map((line) => Buffer.byteLength(JSON.stringify(line)) + 1));
  const bytes = Buffer.byteLength(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect(bytes).toBeLessThan(60_000 + 17 * longest);
});

it('a file that is larger than a request may be is answered with 413, and none of it is stored', async () => {
  const world = await setUp();
  const limited = withLimits(world, { bodyBytes: 1000 });
  const answer = await postCsv(limited, fileOf(addresses(100)), CONSENT, { 'content-length': '2600' });
  expect(answer.status).toBe(413);
  expect(await faultsOf(answer)).toEqual(['The body may have at most 1000 bytes.']);
  expect(await readers(world)).toEqual(new Map());
  const chunked = await postCsv(limited, partsOf(...fileOf(addresses(100)).split(/(?<=\n)/)));
  expect(chunked.status).toBe(413);
  expect((await importCsv(limited, fileOf(addresses(10)))).summary.added).toBe(10);
});

it('an export without a limit comes in parts if an answer may have only so many readers', async () => {
  const world = await setUp();
  await importCsv(world, fileOf(addresses(30)));
  const { app } = withLimits(world, { exported: 12 });
  const answer = await app.request('https://paper.example/api/subscribers', {
    headers: { authorization: 'Bearer bs_owner-token-of-the-tests' },
  });
  expect((await answer.text()).split('\r\n')).toHaveLength(14);
  expect(answer.headers.get('link')).toMatch(
    /^<https:\/\/paper\.example\/api\/subscribers\?limit=12&cursor=\w+>; rel="next"$/,
  );
  expect((await exportCsv(world)).split('\r\n')).toHaveLength(32);
});
