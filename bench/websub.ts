import { ensureTable, openTable } from '../functions/adapters/dynamo/dynamo-client.ts';
import { startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { ids } from '../functions/adapters/random.ts';
import { createArticle } from '../functions/articles/write-article.ts';
import { tableStores } from '../functions/start/stores.ts';
import { testConfig } from '../tests/support/config.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { type Child, startServer } from './child.ts';
import { interleave } from './interleave.ts';
import { story } from './stories.ts';
import { SUBSCRIBERS, subscribeAll } from './websub-subscribers.ts';

/**
 * Measures how fast the hub sends a change of a feed to ten thousand subscribers. The hub is compared with a plain
 * loop that signs the same bytes and POSTs them to the same server over as many connections. The difference is the cost of
 * reading the subscribers page by page, of storing which of them were tried, and of checking addresses.
 */
export const websub: Benchmark = { name: 'websub', run };

/** These stories make a document of some 110 KB, so a round sends a gigabyte. */
const STORIES = 10;
/**
 * On a quiet machine the ratio is about 0.77. The loop needs one process less, which makes a difference if other programs use
 * the two cores.
 */
const BAR = 0.6;
const MAX_MEGABYTES = 300;
const PAIRS = 6;

async function run(): Promise<Result[]> {
  const children: Child[] = [];
  const begin = async (file: string, args: string[]) => {
    const child = await startServer(file, args);
    children.push(child);
    return child;
  };
  const database = await startDynoxide({ reachableBy: 'everybody' });
  try {
    const receiver = await begin('bench/websub-receiver.ts', []);
    await prepare(database.endpoint, receiver.url);
    const ours = await begin('bench/websub-work.ts', ['ours', receiver.url, database.endpoint]);
    const bare = await begin('bench/websub-work.ts', ['bare', receiver.url, database.endpoint]);
    const [our, their] = [rounds(receiver, ours), rounds(receiver, bare)];
    await our();
    const memory = await peakMegabytes(ours);
    await their();
    const { ratio, quartiles, ...rates } = await interleave(our, their, PAIRS);
    const memoryOfAll = await peakMegabytes(ours);
    return [
      {
        what: `${figure(SUBSCRIBERS)} subscribers`,
        value: ratio,
        unit: '×',
        bar: { atLeast: BAR },
        noise: `${figure(quartiles[0])}–${figure(quartiles[1])} in half of ${rates.pairs} pairs`,
        details: [`${figure(rates.ours)} deliveries a second against ${figure(rates.theirs)}`],
      },
      {
        what: 'peak memory of one distribution',
        value: memory,
        unit: 'MB',
        bar: { atMost: MAX_MEGABYTES },
        details: [
          `${figure(memoryOfAll)} MB after ${PAIRS + 1} of them, ${figure(await peakMegabytes(bare))} MB for the loop, which imports the same`,
        ],
      },
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await database.stop();
  }
}

/** Makes the feed and its subscribers in this process, so that the memory and time of the measured process do not include it. */
async function prepare(database: string, receiver: string): Promise<void> {
  const config = testConfig();
  const table = openTable(config.tableName, database);
  await ensureTable(table);
  const { articles, websub: subscriptions } = tableStores(table, config);
  const ignored = () => {};
  const log = { info: ignored, warn: console.error, error: console.error };
  const services = { articles, queue: { send: async () => {} }, clock: Date.now, ids, log };
  const first = Date.now() - 3_600_000 - STORIES * 60_000;
  for (let index = 0; index < STORIES; index++) {
    const { ok } = await createArticle(services, story(index, first), () => '');
    if (!ok) throw new Error(`story ${index} was refused`);
  }
  await subscribeAll(subscriptions, receiver);
}

/** Does one round and returns the deliveries per second. Throws if the receiver did not get one for each subscriber. */
function rounds(receiver: Child, child: Child): () => Promise<number> {
  const taken = async () => Number(await (await fetch(`${receiver.url}/count`)).text());
  return async () => {
    const before = await taken();
    const { seconds } = (await (await answer(child, 'POST', '/round')).json()) as { seconds: number };
    const deliveries = (await taken()) - before;
    if (deliveries !== SUBSCRIBERS) throw new Error(`${deliveries} of ${SUBSCRIBERS} deliveries arrived`);
    return deliveries / seconds;
  };
}

async function peakMegabytes(child: Child): Promise<number> {
  const { peakBytes } = (await (await answer(child, 'GET', '/memory')).json()) as { peakBytes: number };
  return peakBytes / 1e6;
}

async function answer({ url }: Child, method: string, path: string): Promise<Response> {
  const response = await fetch(`${url}${path}`, { method });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return response;
}
