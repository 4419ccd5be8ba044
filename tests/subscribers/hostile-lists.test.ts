import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvText } from '../../functions/subscribers/csv-cells.ts';
import { csvRows, type Row } from '../../functions/subscribers/csv-rows.ts';
import { setUp } from '../support/installation.ts';
import { outcomes, postSuppressions, suppressCsv, suppressJson } from '../support/lists.ts';
import { endlessFile, expectToStop, withLimits } from './import-bodies.ts';
import { suppressionOf } from './reader.ts';

/** Lists of suppressions that nobody would write on purpose. */

const bytesOf = (...parts: Uint8Array[]) => parts as unknown as AsyncIterable<Uint8Array>;

async function rowsOf(chunks: Uint8Array[]): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of csvRows(bytesOf(...chunks), 'as the first line shows')) found.push(row);
  return found;
}

const pieces = fc.constantFrom(
  ...[
    'email',
    'reason',
    'at',
    'sep=',
    ',',
    ';',
    '\t',
    '"',
    '\n',
    '\r\n',
    '\0',
    '\uFEFF',
    'ana@paper.example',
  ],
  ...['left', '2019-05-31', '=1', ' ', 'é', '😀'],
);
const bodies = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((each) => Buffer.from(each.join(''))),
  fc.array(pieces, { maxLength: 40 }).map((each) => Buffer.from(`email,reason,at\n${each.join('')}`)),
  fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each)),
);

it('any bytes are answered with a report on every line, or refused as a whole', async () => {
  const world = await setUp();
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const answer = await postSuppressions(world, body, 'dryRun=true');
      expect([200, 400, 422]).toContain(answer.status);
      const text = await answer.text();
      if (answer.status !== 200) return;
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const { summary } = lines.pop();
      expect(summary.lines).toBe(lines.length);
      for (const { result, email, reason } of lines) {
        if (result === 'refused') expect(reason).not.toBe('');
        else expect(email).toBe('ana@paper.example');
      }
    }),
    { numRuns: 150 },
  );
  expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

it('any JSON in a list is reported or refused, entry by entry', async () => {
  const world = await setUp();
  const text = fc.oneof(fc.string(), fc.constantFrom('ana@paper.example', 'left', '2019-05-31', '__proto__'));
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({ email: text, reason: text, at: text }, { requiredKeys: ['email'] }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
      const { lines, summary } = await suppressJson(world, entries, 'dryRun=true');
      expect(lines.map(({ line }) => line)).toEqual(entries.map((_, index) => index + 1));
      expect(summary.complete).toBe(true);
      for (const { result, reason } of lines) if (result === 'refused') expect(reason).toBeTruthy();
    }),
    { numRuns: 100 },
  );
});

it('a file has the same rows whatever separates its cells and wherever the network cuts it', async () => {
  const cell = fc.string({ maxLength: 8, unit: fc.constantFrom(...',;\t" aé@😀') });
  const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 5 });
  const header = ['email', 'a,b;c\td', 'reason'];
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.constantFrom(',', ';', '\t'),
      fc.boolean(),
      fc.array(fc.nat(60), { maxLength: 4 }),
      async (rows, separator, isNamed, places) => {
        const all = [header, ...rows];
        const named = isNamed ? `sep=${separator}\r\n` : '';
        const file = Buffer.from(
          `\uFEFF${named}${all.map((row) => `${row.map(quoted).join(separator)}\r\n`).join('')}`,
        );
        const ends = [0, ...places.sort((one, other) => one - other), file.length];
        const found = await rowsOf(ends.slice(1).map((end, index) => file.subarray(ends[index], end)));
        expect(found.map(({ cells }) => cells)).toEqual(all);
        const first = isNamed ? 2 : 1;
        expect(found.map(({ line }) => line)).toEqual(all.map((_, index) => first + index));
      },
    ),
  );
});

it('a cell that an export has made text is read as it was', async () => {
  const world = await setUp();
  const file = csvText([['email'], ['=ana@paper.example'], ['+ben@paper.example']]);
  expect(outcomes(await suppressCsv(world, file))).toEqual(['2 added', '3 added']);
  expect(await suppressionOf(world, '=ana@paper.example')).toBeDefined();
});

it('a quote that does not end spoils nothing before it, and the summary says from where on to send the file again', async () => {
  const world = await setUp();
  const file = `email;name\nana@paper.example;Ana\n"ben@paper.example;Ben\n${'eva@paper.example;Eva\n'.repeat(2000)}`;
  const report = await suppressCsv(world, file);
  expect(outcomes(report)).toEqual(['2 added']);
  expect(report.summary).toMatchObject({ complete: false, nextLine: 3 });
  const long = await postSuppressions(world, 'x'.repeat(100_000));
  expect(long.status).toBe(400);
});

it('a list without end is read only until a report that nobody reads is full', async () => {
  const file = endlessFile(1);
  const world = withLimits(await setUp(), { unreadReportBytes: 32_000 });
  await expectToStop(file, await postSuppressions(world, file.body), { atLeast: 60, atMost: 150 });
});
