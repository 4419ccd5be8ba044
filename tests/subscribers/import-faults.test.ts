import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { OWNER_TOKEN, setUp } from '../support/installation.ts';
import { CONSENT, faultsOf, getCsv, importCsv, outcomes, postCsv, readers } from '../support/lists.ts';

const ALLOWED =
  'Allowed are email, language, editions, topics, timeZone, pausedUntil, consentAt, consentSource, suppressed, id, confirmedAt.';
const NEEDED =
  /^The import must say how these readers agreed to be mailed\. Say it for the whole file, \?consent=/;

describe('a file that cannot be imported is refused before anything is stored', () => {
  it.each([
    ['an empty file', '', 'The file is empty: its first line must name the columns.'],
    [
      'a file without a header',
      'ana@reader.example\n',
      `Column 1, "ana@reader.example", is not known. ${ALLOWED}`,
    ],
    [
      'a header without email',
      'language\nen\n',
      `The first line must name the columns, and one of them must be "email". ${ALLOWED}`,
    ],
    ['an unknown column', 'email,phone\na@reader.example,1\n', `Column 2, "phone", is not known. ${ALLOWED}`],
    ['a column twice', 'email,Email\na@reader.example,\n', 'The column "email" is there twice.'],
    ['semicolons', 'email;language\na@reader.example;en\n', /^The columns must be separated by commas/],
    ['UTF-16', Buffer.from('\uFEFFemail\nana@reader.example\n', 'utf16le'), /^The file is not UTF-8/],
    ['a zip', gzipSync('email\nana@reader.example\n'), /^The file is not UTF-8/],
  ])('%s', async (_, file, fault) => {
    const world = await setUp();
    const answer = await postCsv(world, file);
    expect(answer.status).toBe(422);
    const [first] = await faultsOf(answer);
    if (typeof fault === 'string') expect(first).toBe(fault);
    else expect(first).toMatch(fault);
    expect(await readers(world)).toEqual(new Map());
  });

  it.each([
    ['no word of consent', 'editions=daily', NEEDED],
    ['an empty word of consent', 'editions=daily&consent=+', NEEDED],
    ['no edition', 'consent=x', /^The import must say which editions .* \?editions=daily,weekly\.$/],
    [
      'an unknown edition',
      'consent=x&editions=dayly',
      'The parameter editions "dayly" is not one of daily, weekly.',
    ],
    ['an unknown language', `${CONSENT}&language=fr`, 'The parameter language "fr" is not one of en, es.'],
    ['consent from tomorrow', `${CONSENT}&consentAt=2026-11-23`, /consentAt "2026-11-23" lies in the future/],
    [
      'consent on a day that does not exist',
      `${CONSENT}&consentAt=2019-02-30`,
      /consentAt "2019-02-30" must be a day or a time such as/,
    ],
    ['an unknown parameter', `${CONSENT}&edition=daily`, /^There is no parameter edition; allowed are/],
    ['a parameter twice', `${CONSENT}&editions=weekly`, 'The parameter editions is there twice.'],
    [
      'a line number that is not a number',
      `${CONSENT}&fromLine=x`,
      'The parameter fromLine must be the number of a line.',
    ],
    ['consent in two lines', 'editions=daily&consent=a%0Ab', /^The parameter consent must be one line/],
  ])('%s', async (_, query, fault) => {
    const world = await setUp();
    const answer = await postCsv(world, 'email\nana@reader.example\n', query);
    expect(answer.status).toBe(422);
    const faults = await faultsOf(answer);
    expect(faults).toHaveLength(1);
    if (typeof fault === 'string') expect(faults[0]).toBe(fault);
    else expect(faults[0]).toMatch(fault);
    expect(await readers(world)).toEqual(new Map());
  });

  it.each([
    ['JSON', { 'content-type': 'application/json' }, 'The type is "application/json"'],
    ['no type', { 'content-type': '' }, 'The type is "not given"'],
    [
      'Latin-1',
      { 'content-type': 'text/csv; charset=ISO-8859-1' },
      'The type is "text/csv; charset=ISO-8859-1"',
    ],
    ['gzip', { 'content-encoding': 'gzip' }, 'The type is "text/csv, compressed as gzip"'],
  ])('a body whose header says that it is %s', async (_, headers, words) => {
    const world = await setUp();
    const answer = await postCsv(world, 'email\nana@reader.example\n', CONSENT, headers);
    expect(answer.status).toBe(415);
    expect(await faultsOf(answer)).toEqual([`${words}; allowed: text/csv; charset=utf-8, not compressed.`]);
    expect(await readers(world)).toEqual(new Map());
  });
});

it('each line that has faults is refused with all of them, and the other lines are stored', async () => {
  const world = await setUp();
  const file =
    'email,language,editions,topics,timeZone,pausedUntil,consentAt\n' +
    'ana@reader,fr,dayly,sport;boats,Europe/Atlantis,soon,2019-13-01\n' +
    'ben@reader.example,,,,,,\n' +
    ',,,,,,\n' +
    ' ,en,,,,,\n' +
    'too@reader.example,few\n' +
    'too@reader.example,,,,,,,many\n' +
    '"a""b@reader.example",,,,,,\n' +
    'Ana <ana@reader.example>,,,,,,\n' +
    'ana@mail.mailinator.com,,,,,,\n';
  const report = await importCsv(world, file);
  expect(outcomes(report)).toEqual([
    `2 refused: ${[
      'email: must have a domain with a dot in it after the @, such as paper.example',
      'language: "fr" is not one of en, es',
      'editions: "dayly" is not one of daily, weekly',
      'topics: "sport", "boats" are not among politics, harbour, neighbourhoods, culture, business',
      'timeZone: "Europe/Atlantis" must be a time zone of the IANA database, such as America/New_York',
      'pausedUntil: "soon" must be a day or a time such as 2019-05-31 or 2019-05-31T08:30:00Z',
      'consentAt: "2019-13-01" must be a day or a time such as 2019-05-31 or 2019-05-31T08:30:00Z',
    ].join('; ')}`,
    '3 added',
    '5 refused: email: is missing: it must be a mail address, such as ana@paper.example',
    '6 refused: has 2 cells, but the first line has 7',
    '7 refused: has 8 cells, but the first line has 7',
    '8 refused: email: has something before the @ that cannot be mailed: brackets, quotes, a comma, another @, a dot at the beginning or the end, or two dots in a row',
    '9 refused: email: has a space, a line end or another invisible character: a mail address must not have one',
    '10 refused: email: belongs to a service for throwaway addresses: use an address that you will still read next week',
  ]);
  expect(report.lines[0]?.email).toBe('ana@reader');
  expect([...(await readers(world)).keys()]).toEqual(['ben@reader.example']);
});

it('a line without consent or editions is refused if the request names none for the whole file', async () => {
  const world = await setUp();
  const file = 'email,consentSource,editions\nana@reader.example,,daily\nben@reader.example,By post,\n';
  expect(outcomes(await importCsv(world, file, ''))).toEqual([
    '2 refused: consentSource: must say how the reader agreed to be mailed',
    '3 refused: editions: must name at least one',
  ]);
});

it('the addresses of the import and the export answer other methods with 405 and the allowed methods', async () => {
  const world = await setUp();
  for (const [method, path, allow] of [
    ['POST', '/api/subscribers', 'GET, HEAD, DELETE'],
    ['PATCH', '/api/subscribers', 'GET, HEAD, DELETE'],
    ['GET', '/api/subscribers/unsubscribe', 'POST'],
    ['GET', '/api/subscribers/import', 'POST'],
    ['PUT', '/api/subscribers/import', 'POST'],
  ] as const) {
    const answer = await world.edit(method, path);
    expect([method, path, answer.status, answer.headers.get('allow')]).toEqual([method, path, 405, allow]);
  }
  expect((await world.edit('GET', '/api/subscribers/someone')).status).toBe(404);
});

it('a token needs subscribers:write to import and subscribers:read to export', async () => {
  const world = await setUp();
  const tokenOf = async (scope: string) => {
    const made = await world.edit('POST', '/api/tokens', { name: 'list', scopes: [scope] });
    return ((await made.json()) as { token: string }).token;
  };
  const file = 'email\nana@reader.example\n';
  const both = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/csv' };
    const posted = await postCsv(world, file, CONSENT, headers);
    const got = await world.request('/api/subscribers', { headers });
    return [posted.status, got.status];
  };
  expect(await both(await tokenOf('subscribers:write'))).toEqual([200, 403]);
  expect(await both(await tokenOf('subscribers:read'))).toEqual([403, 200]);
  expect(await both(await tokenOf('articles:write'))).toEqual([403, 403]);
  expect(await both('bs_nobody')).toEqual([401, 401]);
  expect(await both(OWNER_TOKEN)).toEqual([200, 200]);
  expect((await getCsv(world, '?editon=daily')).status).toBe(400);
});
