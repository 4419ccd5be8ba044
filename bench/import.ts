import { Readable } from 'node:stream';
import { ensureTable, openTable } from '../functions/adapters/dynamo/dynamo-client.ts';
import { startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { testConfig } from '../tests/support/config.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { type Child, flagsOfStart, startServer } from './child.ts';
import { interleave } from './interleave.ts';

/**
 * Measures how fast a list of readers is imported through the API. The import is compared with a plain loop that stores as
 * many readers with the same transactions. The difference is the cost of the socket, of reading the
 * CSV, of checking whether a reader exists or is suppressed, and of the report.
 */
export const imports: Benchmark = { name: 'import', run };

const BAR = 0.5;
const MAX_MEGABYTES = 256;
const PAIRS = 6;
const LINES_A_ROUND = 2000;
const LINES = 20_000;
const TOKEN = 'bs_token-of-the-bench';

async function run(): Promise<Result[]> {
  const children: Child[] = [];
  const database = await startDynoxide({ reachableBy: 'everybody' });
  try {
    await ensureTable(openTable(testConfig().tableName, database.endpoint));
    const begin = async () => {
      const child = await startServer('bench/import-work.ts', [database.endpoint, TOKEN], {}, flagsOfStart());
      children.push(child);
      return child;
    };
    const [our, bare] = [await begin(), await begin()];
    const ours = rounds((first) => importLines(our, first, LINES_A_ROUND, 'added'));
    const theirs = rounds((first) => post(`${bare.url}/bare?first=${first}&count=${LINES_A_ROUND}`));
    await ours();
    await theirs();
    const { ratio, quartiles, ...rates } = await interleave(ours, theirs, PAIRS);
    const large = await begin();
    const added = await seconds(() => importLines(large, 0, LINES, 'added', 'large'));
    const memory = await peakMegabytes(large);
    const again = await seconds(() => importLines(large, 0, LINES, 'unchanged', 'large'));
    return [
      {
        what: 'readers imported',
        value: ratio,
        unit: '×',
        bar: { atLeast: BAR },
        noise: `${figure(quartiles[0])}–${figure(quartiles[1])} in half of ${rates.pairs} pairs`,
        details: [`${figure(rates.ours)} lines a second against ${figure(rates.theirs)}`],
      },
      {
        what: `peak memory of ${figure(LINES)} lines`,
        value: memory,
        unit: 'MB',
        bar: { atMost: MAX_MEGABYTES },
        details: [
          `${figure(await peakMegabytes(bare))} MB for the loop, which imports the same`,
          `${figure(LINES / added)} lines a second; the same file again, ${figure(LINES / again)}, ${figure(await peakMegabytes(large))} MB`,
        ],
      },
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await database.stop();
  }
}

/** Returns a round. Each call of it stores other readers, and returns the readers per second. */
function rounds(work: (first: number) => Promise<unknown>): () => Promise<number> {
  let first = 0;
  return async () => {
    const begun = first;
    first += LINES_A_ROUND;
    return LINES_A_ROUND / (await seconds(() => work(begun)));
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** Imports a file of lines. Throws if `result` is not the outcome of every line. */
async function importLines(
  { url }: Child,
  first: number,
  count: number,
  result: 'added' | 'unchanged',
  name = 'ours',
): Promise<void> {
  async function* file() {
    yield Buffer.from('email,language\n');
    for (let index = first; index < first + count; index += 100) {
      const lines = Array.from({ length: 100 }, (_, line) => `reader${index + line}@${name}.example,en\n`);
      yield Buffer.from(lines.join(''));
    }
  }
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv' },
    body: Readable.toWeb(Readable.from(file())) as ReadableStream<Uint8Array>,
    duplex: 'half',
  };
  const answer = await post(`${url}/api/subscribers/import?editions=daily&consent=bench`, init);
  let last = '';
  for await (const part of answer.body ?? []) last = (last + Buffer.from(part).toString()).slice(-1000);
  const { summary } = JSON.parse(last.trimEnd().split('\n').at(-1) ?? '{}');
  if (summary?.[result] !== count) throw new Error(`not all of the ${count} lines were ${result}: ${last}`);
}

async function peakMegabytes({ url }: Child): Promise<number> {
  const { peakBytes } = (await (await fetch(`${url}/memory`)).json()) as { peakBytes: number };
  return peakBytes / 1e6;
}

async function post(url: string, init: RequestInit = { method: 'POST' }): Promise<Response> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}: ${await answer.text()}`);
  return answer;
}
