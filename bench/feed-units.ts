import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openTable, type Table } from '../functions/adapters/dynamo/dynamo-client.ts';
import { startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { ids } from '../functions/adapters/random.ts';
import { readTemplates } from '../functions/adapters/read-templates.ts';
import type { Config } from '../functions/config.ts';
import { localInstallation } from '../functions/start/local-installation.ts';
import { testConfig } from '../tests/support/config.ts';
import { type Consumed, type Meter, meterOf } from '../tests/support/units.ts';
import { backlog } from './backlog.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';

/**
 * Counts what a GET of a feed costs in DynamoDB's units, with a thousand, ten thousand and a hundred thousand articles in the
 * table. Each figure is the dearest of three feeds. No time is measured, so the figures are the same on every
 * machine.
 */
export const feedUnits: Benchmark = { name: 'feed-units', run };

const COUNTS = [1_000, 10_000, 100_000];
/** The feed of everything, the feed with the longest name in the settings, and the feed of a tag. */
const FOLDERS = ['', '/en/sections/neighbourhoods', '/tags/lopez-obrador'];
const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const ENTRIES = 50;
const MONTH = 'archive/2026-11';

/** Each of these may cost at most this many read units. */
const BARS = {
  '304': 1,
  'warm 200': 1,
  // The pointers of the feed, and a document of up to 400 KB at half a unit for 4 KB.
  'first 200 of a process': 51,
  rendering: 70,
  // A part of an archive has up to 100 articles, and 50 pointers cost a unit. The article below the part is read too, and as
  // many pointers above it, up to the next part.
  '304 of an archive': 9,
  'rendering of an archive, for 50 articles': 70,
};
type Figure = keyof typeof BARS;
const FIGURES = Object.keys(BARS) as Figure[];
type Figures = Record<Figure, Consumed>;

async function run(): Promise<Result[]> {
  const measured: Figures[] = [];
  for (const count of COUNTS) measured.push(await over(count));
  return FIGURES.flatMap((name) => {
    const reads = measured.map((figures) => figures[name].read);
    const last = measured.at(-1)?.[name];
    const written = last?.write ? `; ${figure(last.write)} write units` : '';
    return [
      {
        what: name,
        value: Math.max(...reads),
        unit: 'read units',
        bar: { atMost: BARS[name] },
        details: [
          `${COUNTS.map((count, at) => `${figure(reads[at] ?? 0)} over ${figure(count)}`).join(', ')} articles${written}`,
        ],
      },
      {
        what: `  over ${figure(COUNTS.at(-1) ?? 0)} to over ${figure(COUNTS[0] ?? 0)}`,
        value: (reads.at(-1) ?? 0) / (reads[0] ?? 0),
        unit: '×',
        bar: { atMost: 1 },
        details: [],
      },
    ];
  });
}

async function over(count: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  const config = testConfig({ BROADSHEET_URL: 'https://paper.example' });
  try {
    const file = await backlog(folder, count, NOW, config.publication.languages);
    const database = await startDynoxide({ reachableBy: 'everybody', file });
    try {
      const table = openTable(config.tableName, database.endpoint);
      const meter = meterOf(table);
      const each: Figures[] = [];
      for (const path of FOLDERS) each.push(await ofFeed(table, meter, config, path));
      return dearest(each);
    } finally {
      await database.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ofFeed(table: Table, meter: Meter, config: Config, folder: string): Promise<Figures> {
  const document = `${folder}/rss.xml`;
  const part = `${folder}/${MONTH}/rss.xml`;
  const first = aProcess(table, meter, config);
  const rendering = await first.get(document, 200);
  if (rendering.entries !== ENTRIES) throw new Error(`${document} has ${rendering.entries} entries`);
  const archive = await first.get(part, 200);
  const second = aProcess(table, meter, config);
  return {
    rendering,
    'rendering of an archive, for 50 articles': {
      ...archive,
      read: (archive.read / archive.entries) * ENTRIES,
      write: (archive.write / archive.entries) * ENTRIES,
    },
    'first 200 of a process': await second.get(document, 200),
    'warm 200': await second.get(document, 200),
    '304': await second.get(document, 304, rendering.etag),
    '304 of an archive': await second.get(part, 304, archive.etag),
  };
}

type Got = Consumed & { entries: number; etag: string };

/**
 * Starts a whole installation with nothing in its memory. Between two GETs more time passes than a process remembers what a
 * feed contains.
 */
function aProcess(table: Table, meter: Meter, config: Config) {
  let now = NOW;
  const { app } = localInstallation({
    config,
    table,
    templates,
    linkSecret: 'link-secret-of-the-benchmark',
    clock: () => now,
    ids,
    log: console,
  });
  return {
    async get(path: string, status: number, etag?: string): Promise<Got> {
      now += 60_000;
      const { result, ...consumed } = await meter.during(async () =>
        app.request(`${config.baseUrl}${path}`, {
          headers: { 'accept-encoding': 'gzip', ...(etag && { 'if-none-match': etag }) },
        }),
      );
      if (result.status !== status) throw new Error(`${path} answered ${result.status}, expected ${status}`);
      const body = Buffer.from(await result.arrayBuffer());
      const entries = status === 200 ? gunzipSync(body).toString().split('</item>').length - 1 : 0;
      return { ...consumed, entries, etag: result.headers.get('etag') ?? '' };
    },
  };
}

const templates = readTemplates('templates');

function dearest(each: Figures[]): Figures {
  const of = (name: Figure) => each.map((figures) => figures[name]).sort((a, b) => b.read - a.read)[0];
  return Object.fromEntries(FIGURES.map((name) => [name, of(name)])) as Figures;
}
