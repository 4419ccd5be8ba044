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

/** The feed readers of the benchmark `polling`, its editor, and the installation that both use. */

export const READERS = 1_000;
const AT_ONCE = 8;
/** Feed readers come in groups, because many poll when a minute begins: this many come within a millisecond, and the next group
 * six seconds later. */
const HERD = 20;
const HERDS_APART_MILLISECONDS = 6_000;
/** There are this many polls from one edit to the next, which is two minutes. */
const POLLS_AN_EDIT = 400;
/** There are this many polls of a round before its first edit. All of them must be answered 304. */
const FIRST_EDIT = 150;
const STORIES = 60;
const FIRST = Date.parse('2026-11-20T12:00:00.000Z');

/** The first three feeds have every story. The others have only those of one language, section or tag. */
const PATHS = [
  '/rss.xml',
  '/atom.xml',
  '/feed.json',
  '/en/rss.xml',
  '/sections/harbour/atom.xml',
  '/tags/harbour/feed.json',
];
const ENCODINGS = ['br', 'gzip, deflate', 'identity'];

/** The editor writes in turn a story of the section, with its language and tag, and a story that belongs to none of them. */
const HARBOUR = { language: 'en', section: 'harbour', tags: ['Harbour'] };
const ELSEWHERE = { language: 'es', section: 'culture', tags: ['Teatro'] };
const OF_ALL = PATHS.filter((path) => path.split('/').length === 2);

/** `edit` is the number of the last edit in the document that the feed reader has. */
type Reader = { path: string; encoding: string; etag: string; edit: number };

/** What happened while every feed reader polled once. */
export type Round = Consumed & {
  /** Answers without an edit that was accepted before the request. */
  stale: number;
  /** Polls of feed readers that had everything, and how many of these were sent the document again. */
  unchanged: number;
  needless: number;
  answered304: number;
  /** How long the polls took that were answered 304, in milliseconds. */
  times: number[];
};

/** Makes an installation with stories, and feed readers that have polled once. */
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
  /** For each path, the last edit that was begun, and the last one that was accepted. */
  const begun = new Map<string, number>();
  const accepted = new Map<string, number>();
  let edits = 0;

  /** Posts a story, or corrects the story that the second edit before this one posted. The title has the number of the edit. */
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

  /**
   * Polls once. Returns a function that checks the answer. It is called later, because checking is the work of the feed reader
   * and must not be measured.
   */
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
