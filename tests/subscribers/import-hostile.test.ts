import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvRows, type Row } from '../../functions/subscribers/csv-rows.ts';
import { setUp } from '../support/installation.ts';
import { CONSENT, faultsOf, importCsv, outcomes, postCsv, readers } from '../support/lists.ts';

const bytes = (...parts: (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const UNSEEN =
  'email: has a space, a line end or another invisible character: a mail address must not have one';
const UNREADABLE =
  'The file cannot be read from this line on: a line has more than 16384 bytes, or a quoted cell does not end.';

it.each([
  ['\\n', 'email,language\nana@reader.example,es\n\nben@reader.example,\n'],
  ['\\n but not after its last line', 'email,language\nana@reader.example,es\n\nben@reader.example,'],
  ['CRLF', 'email,language\r\nana@reader.example,es\r\n\r\nben@reader.example,\r\n'],
  ['CR', 'email,language\rana@reader.example,es\r\rben@reader.example,\r'],
  ['a mixture', 'email,language\r\nana@reader.example,es\n\rben@reader.example,\n'],
  ['a BOM', '\uFEFFemail,language\nana@reader.example,es\n,\nben@reader.example,\n'],
  ['quotes', '"email","language"\n"ana@reader.example","es"\n\n"ben@reader.example",""\n'],
  ['spaces', ' email , language \n ana@reader.example , es \n , \n ben@reader.example ,\n'],
])('a file with %s is read, and its lines are counted as a text editor counts them', async (_, file) => {
  const world = await setUp();
  expect(outcomes(await importCsv(world, file))).toEqual(['2 added', '4 added']);
  expect((await readers(world)).get('ana@reader.example')?.language).toBe('es');
});

it('a file has the same rows wherever the network cuts it', async () => {
  const file = bytes(
    '\uFEFFemail,x\r\n"ñandú@exämple.org","a ""b""\r\nc"\r\n\r\n😀@reader.example,é\n,"\r"\r\nlast,',
    '',
  );
  const rowsOf = async (chunks: Uint8Array[]) => {
    const found: Row[] = [];
    for await (const row of csvRows(chunks as unknown as AsyncIterable<Uint8Array>)) found.push(row);
    return found;
  };
  const whole = await rowsOf([file]);
  expect(whole.map(({ line, lastLine, cells }) => [line, lastLine, ...cells])).toEqual([
    [1, 1, 'email', 'x'],
    [2, 3, 'ñandú@exämple.org', 'a "b"\nc'],
    [5, 5, '😀@reader.example', 'é'],
    [6, 7, '', '\n'],
    [8, 8, 'last', ''],
  ]);
  expect(await rowsOf([...file].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  const cuts = fc.array(fc.nat(file.length), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(cuts, async (places) => {
      const ends = [0, ...places.sort((one, other) => one - other), file.length];
      const chunks = ends.slice(1).map((end, index) => file.subarray(ends[index], end));
      expect(await rowsOf(chunks)).toEqual(whole);
    }),
  );
});

it('bytes that are not UTF-8 spoil only their own line', async () => {
  const world = await setUp();
  const file = bytes(
    'email,consentSource\n',
    Buffer.from('ana@reader.example,Café\n', 'latin1'),
    'ben@reader.example,Café\n',
  );
  expect(outcomes(await importCsv(world, file))).toEqual([
    '2 refused: has characters that are not UTF-8: save the file as "CSV UTF-8"',
    '3 added',
  ]);
});

it('an address or a consent with invisible characters is refused', async () => {
  const world = await setUp();
  const report = await importCsv(
    world,
    'email,consentSource\na\0na@reader.example,x\nan\u200Ba@reader.example,x\nben@reader.example,a\0b\nana@reader.example\u0007,x\n',
  );
  expect(outcomes(report)).toEqual([
    `2 refused: ${UNSEEN}`,
    `3 refused: ${UNSEEN}`,
    '4 refused: consentSource: must be one line without control characters or other characters that XML does not allow',
    `5 refused: ${UNSEEN}`,
  ]);
  expect(await readers(world)).toEqual(new Map());
});

it('a quote too many spoils the lines up to the next quote, and the report says which lines', async () => {
  const world = await setUp();
  const file =
    'email,language\nana@reader.example,en\n"ben@reader.example,en\neva@reader.example,en\n"ida@reader.example",en\nleo@reader.example,en\n';
  const report = await importCsv(world, file);
  expect(outcomes(report)).toEqual([
    '2 added',
    '3 refused: goes on to line 5: a cell must not have a line end; perhaps there is one quote too many',
    '6 added',
  ]);
  expect(report.summary.complete).toBe(true);
});

it.each([
  ['a quote that does not end', '"ben@reader.example,en\neva@reader.example,en\n'],
  [
    'a quote that swallows more than a line may have',
    `"ben@reader.example,en\n${'eva@reader.example,en\n'.repeat(2000)}`,
  ],
  ['a cell of a megabyte', `${'b'.repeat(1_000_000)}@reader.example,en\neva@reader.example,en\n`],
])('%s ends the import at its line, and the lines before it are stored', async (_, rest) => {
  const world = await setUp();
  const report = await importCsv(world, `email,language\nana@reader.example,en\n\n${rest}`);
  expect(outcomes(report)).toEqual(['2 added']);
  expect(report.summary).toMatchObject({ complete: false, reason: UNREADABLE });
  expect(report.summary.nextLine).toBeGreaterThanOrEqual(3);
  expect(report.summary.nextLine).toBeLessThanOrEqual(4);
  expect([...(await readers(world)).keys()]).toEqual(['ana@reader.example']);
});

it('a hundred columns in a line or in the header are refused with a short message', async () => {
  const world = await setUp();
  const wide = Array.from({ length: 100 }, (_, index) => `c${index}${'x'.repeat(120)}`).join(',');
  expect(outcomes(await importCsv(world, `email\n${wide}\n`))).toEqual([
    '2 refused: has 100 cells, but the first line has 1',
  ]);
  const answer = await postCsv(world, `${wide}\nana@reader.example\n`);
  expect(answer.status).toBe(422);
  const faults = await faultsOf(answer);
  // The hundred columns and the missing column "email" are 101 faults.
  expect(faults).toHaveLength(100);
  expect(faults.join('').length).toBeLessThan(30_000);
});

it('the report shows an address as it was typed, and never longer than an address can be', async () => {
  const world = await setUp();
  const { lines } = await importCsv(world, `email\n"<script>""x""@y"\n${'ä'.repeat(3000)}\n`);
  expect(lines.map(({ email, result }) => [email, result])).toEqual([
    ['<script>"x"@y', 'refused'],
    ['ä'.repeat(254), 'refused'],
  ]);
});

it('a file whose first line cannot be read is refused as a whole', async () => {
  const world = await setUp();
  const answer = await postCsv(world, `"email\n${'ana@reader.example\n'.repeat(2000)}`, CONSENT);
  expect(answer.status).toBe(400);
  expect(await faultsOf(answer)).toEqual([UNREADABLE]);
});
