import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../functions/adapters/one-machine/dynoxide.ts';
import { cloneWith, OF_THE_TESTS } from '../tests/support/clone.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { type Child, startServer } from './child.ts';
import { inTurns, type Pair, quantile, summaryOf } from './interleave.ts';
import { type Load, openLoad } from './load.ts';
import { progress } from './progress.ts';
import { postStories } from './stories.ts';

/**
 * Measures how fast a feed is served that was read before. The server of `npm start`, with the embedded DynamoDB, is compared
 * with bare Hono, which serves the same bytes with the same headers and checks nothing. The difference is the cost of knowing
 * that the feed is still the same.
 */
export const warmFeed: Benchmark = { name: 'warm-feed', run };

/** A feed has this many entries. */
const STORIES = 50;
const BAR = 0.85;
const WARM_UP_MILLISECONDS = 1_500;
/**
 * Rounds are short, so that both servers see the same load of the machine. They are not shorter than this, because at the
 * beginning of a round the caches of the processor still have the other program, which slows down the larger one more.
 */
const ROUND_MILLISECONDS = 500;
const PAIRS = 6;
/** Each start uses new processes, because the same program is some per cent faster or slower from one process to the next. */
const STARTS = 4;

async function run(): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  try {
    const ours = [];
    const say = progress('warm-feed', STARTS);
    for (let start = 0; start < STARTS; start++) {
      ours.push(await startsOf(folder, start === 0));
      say(start + 1);
    }
    return [
      result(
        'GET 200',
        ours.map((each) => each.full),
      ),
      result(
        'GET 304',
        ours.map((each) => each.notModified),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Comparison = {
  pairs: Pair[];
  responseBytes: number;
  /** Processor time per request in microseconds. Undefined if the system does not say. */
  processor: { ours: number; theirs: number } | undefined;
};

/** Starts both servers and compares how fast they answer. If the folder is still empty (`isFirst`), it posts the stories. */
async function startsOf(
  folder: string,
  isFirst: boolean,
): Promise<{ full: Comparison; notModified: Comparison }> {
  const servers: Child[] = [];
  const clone = cloneWith(OF_THE_TESTS);
  try {
    const token = randomBytes(24).toString('hex');
    const ours = await startServer(join(clone.folder, 'functions/local.ts'), [], {
      PORT: String(await freePort()),
      BROADSHEET_DATA: folder,
      BROADSHEET_EDITOR_TOKEN: token,
      BROADSHEET_SAMPLES: 'off',
      BROADSHEET_ALLOW_LOCAL_USERS: 'on',
    });
    servers.push(ours);
    if (isFirst) await postStories(ours.url, token, STORIES);
    const bare = await startServer('bench/bare-server.ts', [`${ours.url}/rss.xml`]);
    servers.push(bare);
    const { headers } = await fetch(`${bare.url}/304.xml`);
    const known = { 'accept-encoding': 'gzip', 'if-none-match': headers.get('etag') ?? '' };
    return {
      full: await compare(200, { 'accept-encoding': 'gzip' }, [ours, '/rss.xml'], [bare, '/rss.xml']),
      notModified: await compare(304, known, [ours, '/rss.xml'], [bare, '/304.xml']),
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    clone.remove();
  }
}

type Target = [server: Child, path: string];

async function compare(
  status: number,
  headers: Record<string, string>,
  ours: Target,
  bare: Target,
): Promise<Comparison> {
  const loads = await Promise.all(
    [ours, bare].map(([{ url }, path]) => openLoad(`${url}${path}`, headers, status)),
  );
  const [our, their] = loads as [Load, Load];
  if (our.responseBytes !== their.responseBytes) {
    throw new Error(
      `${status}: ${our.responseBytes} bytes against ${their.responseBytes}: these are not the same response`,
    );
  }
  for (const load of loads) await load.round(WARM_UP_MILLISECONDS);
  const processor = [processorPerRequest(ours[0], our), processorPerRequest(bare[0], their)] as const;
  const pairs = await inTurns(
    () => our.round(ROUND_MILLISECONDS),
    () => their.round(ROUND_MILLISECONDS),
    PAIRS,
  );
  const [ourMicroseconds, theirMicroseconds] = processor.map((end) => end());
  for (const load of loads) load.close();
  return {
    pairs,
    responseBytes: our.responseBytes,
    processor:
      ourMicroseconds && theirMicroseconds ? { ours: ourMicroseconds, theirs: theirMicroseconds } : undefined,
  };
}

function result(what: string, comparisons: Comparison[]): Result {
  const { ratio, quartiles, ...rates } = summaryOf(comparisons.flatMap(({ pairs }) => pairs));
  const processors = comparisons.flatMap(({ processor }) => processor ?? []);
  const microseconds = (whose: 'ours' | 'theirs') =>
    figure(
      quantile(
        processors.map((each) => each[whose]),
        0.5,
      ),
    );
  return {
    what,
    value: ratio,
    unit: '×',
    bar: { atLeast: BAR },
    noise: `${figure(quartiles[0])}–${figure(quartiles[1])} in half of ${rates.pairs} pairs`,
    details: [
      `${figure(rates.ours)} a second against ${figure(rates.theirs)}, ${figure(comparisons[0]?.responseBytes ?? 0)} bytes each`,
      ...(processors.length > 0
        ? [`${microseconds('ours')} µs of processor a request against ${microseconds('theirs')}`]
        : []),
    ],
  };
}

/** Begins to count. The returned function ends the count, and returns the microseconds of processor time per request. */
function processorPerRequest(server: Child, load: Load): () => number | undefined {
  const seconds = server.processorSeconds();
  const answered = load.answered();
  return () => {
    const used = server.processorSeconds();
    if (seconds === undefined || used === undefined) return undefined;
    return ((used - seconds) / (load.answered() - answered)) * 1e6;
  };
}
