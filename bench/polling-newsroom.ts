import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { ensureTable, openTable } from '../functions/adapters/dynamo/dynamo-client.ts';
import { ids } from '../functions/adapters/random.ts';
import { readTemplates } from '../functions/adapters/read-templates.ts';
import { sha256 } from '../functions/shared/text.ts';
import { localInstallation } from '../functions/start/local-installation.ts';
import { testConfig } from '../tests/support/config.ts';
import { type Consumed, meterOf } from '../tests/support/units.ts';
import { story } from './stories.ts';

/** The readers of the benchmark `polling`, its editor, and the process that both ask. */

export const READERS = 1_000;
const AT_ONCE = 8;
/** They come in herds, as they do on the minute: so many within a millisecond, and the next six seconds later. */
const HERD = 20;
const HERDS_APART_MILLISECONDS = 6_000;
/** Polls from one edit to the next: two minutes. */
const POLLS_AN_EDIT = 400;
/** Polls before the first, which are to be 304. */
const FIRST_EDIT = 150;
const STORIES = 60;
const FIRST = Date.parse('2026-11-20T12:00:00.000Z');

/** Where every story is, and where only those of the one section are. */
const PATHS = [
  '/rss.xml',
  '/atom.xml',
  '/feed.json',
  '/en/rss.xml',
  '/sections/harbour/atom.xml',
  '/tags/harbour/feed.json',
];
const ENCODINGS = ['br', 'gzip, deflate', 'identity'];

/** What an editor writes about in turn: stories of the section, its language and tag, and others. */
const HARBOUR = { language: 'en', section: 'harbour', tags: ['Harbour'] };
const ELSEWHERE = { language: 'es', section: 'culture', tags: ['Teatro'] };
const OF_ALL = PATHS.filter((path) => path.split('/').length === 2);

/** `edit` is the last one in the document that it has. */
type Reader = { path: string; encoding: string; etag: string; edit: number };

/** A poll of every reader. */
export type Round = Consumed & {
  /** Answers that lack an edit which was accepted before they were asked for. */
  stale: number;
  /** Polls of readers that had everything, and how many of them were sent it again. */
  unchanged: number;
  needless: number;
  answered304: number;
  /** Milliseconds, of the polls that were answered 304. */
  times: number[];
};

/** With stories, and with readers that have them. */
export async function openNewsroom(endpoint: string) {
  const token = randomBytes(24).toString('hex');
  const config = {
    ...testConfig({ BROADSHEET_URL: 'https://paper.example' }),
    ownerTokenHash: sha256(token),
  };
  const table = openTable(config.tableName, endpoint);
  await ensureTable(table);
  let now = FIRST;
  const { app } = localInstallation({
    config,
    table,
    templates: readTemplates('templates'),
    linkSecret: 'link-secret-of-the-benchmark',
    clock: () => now,
    ids,
    log: console,
  });
  const meter = meterOf(table);
  const readers = Array.from(
    { length: READERS },
    (_, index): Reader => ({
      path: PATHS[index % PATHS.length] ?? '',
      encoding: ENCODINGS[Math.floor(index / PATHS.length) % ENCODINGS.length] ?? '',
      etag: '',
      edit: 0,
    }),
  );
  const posted = new Map<object, string>();
  /** By path: edits that were begun, and those that were accepted. */
  const begun = new Map<string, number>();
  const accepted = new Map<string, number>();
  let edits = 0;

  /** The number of the edit is in the title. A story is posted, and corrected by the second edit after it. */
  async function edit(): Promise<void> {
    edits += 1;
    const number = edits;
    const fields = number % 2 === 0 ? HARBOUR : ELSEWHERE;
    const paths = fields === HARBOUR ? PATHS : OF_ALL;
    for (const path of paths) begun.set(path, number);
    const title = `Edit ${number}.`;
    const id = number % 4 < 2 ? undefined : posted.get(fields);
    const { id: _, publishedAt, ...input } = story(number, FIRST);
    const answer = await app.request(`${config.baseUrl}/api/articles${id ? `/${id}` : ''}`, {
      method: id ? 'PATCH' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(id ? { title } : { ...input, ...fields, title }),
    });
    if (answer.status !== (id ? 200 : 201)) throw new Error(`an edit was answered ${answer.status}`);
    posted.set(fields, String(((await answer.json()) as { id: string }).id));
    for (const path of paths) accepted.set(path, Math.max(number, accepted.get(path) ?? 0));
  }

  /** What it returns looks at the answer: later, since that is work of the reader's and not of ours. */
  async function poll(reader: Reader, round: Round): Promise<() => void> {
    const mustHave = accepted.get(reader.path) ?? 0;
    const hadAll = reader.etag !== '' && reader.edit === begun.get(reader.path);
    if (hadAll) round.unchanged += 1;
    const started = performance.now();
    const answer = await app.request(`${config.baseUrl}${reader.path}`, {
      headers: {
        'accept-encoding': reader.encoding,
        ...(reader.etag && { 'if-none-match': reader.etag }),
      },
    });
    const body = Buffer.from(await answer.arrayBuffer());
    const time = performance.now() - started;
    return () => {
      if (answer.status === 304) {
        round.answered304 += 1;
        round.times.push(time);
      } else if (answer.status === 200) {
        if (hadAll) round.needless += 1;
        reader.edit = latestEdit(body, answer.headers.get('content-encoding'));
        reader.etag = answer.headers.get('etag') ?? '';
      } else throw new Error(`${reader.path} was answered ${answer.status}`);
      if (reader.edit < mustHave) round.stale += 1;
    };
  }

  for (let count = 0; count < STORIES; count++) await edit();
  const first = emptyRound();
  for (const reader of readers) (await poll(reader, first))();

  return {
    async round(isEdited: boolean): Promise<Round> {
      const round = emptyRound();
      const looks: (() => void)[] = [];
      let next = 0;
      const lane = async () => {
        while (next < READERS) {
          const index = next++;
          if (index % HERD === 0) now += HERDS_APART_MILLISECONDS;
          const edited = isEdited && index % POLLS_AN_EDIT === FIRST_EDIT ? edit() : undefined;
          looks.push(await poll(readers[index] as Reader, round));
          await edited;
        }
      };
      const { result, ...consumed } = await meter.during(() =>
        Promise.all(Array.from({ length: AT_ONCE }, lane)),
      );
      for (const look of looks) look();
      return { ...round, ...consumed };
    },
  };
}

function emptyRound(): Round {
  return {
    read: 0,
    write: 0,
    commands: [],
    units: {},
    stale: 0,
    needless: 0,
    unchanged: 0,
    answered304: 0,
    times: [],
  };
}

function latestEdit(body: Buffer, encoding: string | null): number {
  const text = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  return Math.max(...[...text.toString().matchAll(/Edit (\d+)\./g)].map(([, number]) => Number(number)));
}
