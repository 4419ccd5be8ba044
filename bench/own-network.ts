import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import {
  ensureTable,
  getItem,
  openTable,
  putItem,
  type Table,
} from '../functions/adapters/dynamo/dynamo-client.ts';
import { queried } from '../functions/adapters/dynamo/dynamo-requests.ts';
import { type Dynoxide, startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { networkRefusal } from '../functions/adapters/one-machine/own-network.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { processorSeconds } from './child.ts';
import { inTurns, type Pair, type Round, summaryOf } from './interleave.ts';

/**
 * Measures what it costs that the embedded database has a network of its own. The same requests go to two databases: to
 * one in its own network, and to one on a port of the machine.
 */
export const databaseInItsOwnNetwork: Benchmark = { name: 'own-network', run };

const MOST_LOST = 0.1;
const PAIRS = 16;
const TURNS = 100;
const AT_THE_SAME_TIME = 16;

async function run(): Promise<Result[]> {
  const refusal = await networkRefusal();
  if (refusal) throw new Error(`this machine refuses the database a network of its own: ${refusal}`);
  const own = await begin('this process');
  const open = await begin('everybody');
  try {
    await own.round();
    await open.round();
    const before = [own.seconds(), open.seconds()];
    const pairs = await inTurns(own.round, open.round, PAIRS);
    const [ours = 0, theirs = 0] = [own.seconds(), open.seconds()].map((now, at) => now - (before[at] ?? 0));
    return [rate(pairs), processor(ours, theirs)];
  } finally {
    await own.end();
    await open.end();
  }
}

type Side = { round: Round; seconds(): number; end(): Promise<void> };

async function begin(reachableBy: 'this process' | 'everybody'): Promise<Side> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-bench-'));
  const file = join(folder, 'broadsheet.db');
  const database: Dynoxide = await startDynoxide({ file, reachableBy });
  const server = Number(readFileSync(`${file}.pid`, 'utf8'));
  const table = openTable('bench', database.endpoint, database.agent);
  await ensureTable(table);
  let inThisProcess = 0;
  let turn = 0;
  return {
    async round() {
      const used = process.cpuUsage();
      const begun = performance.now();
      const last = turn + TURNS;
      await Promise.all(
        Array.from({ length: AT_THE_SAME_TIME }, async () => {
          while (turn < last) await requests(table, turn++);
        }),
      );
      const seconds = (performance.now() - begun) / 1000;
      const { user, system } = process.cpuUsage(used);
      inThisProcess += (user + system) / 1e6;
      return (TURNS * REQUESTS_A_TURN) / seconds;
    },
    seconds: () => inThisProcess + (processorSeconds(server) ?? 0),
    async end() {
      table.client.destroy();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const REQUESTS_A_TURN = 4;

/** Makes the requests of one turn. Each kind of request that Broadsheet makes often is among them. */
async function requests(table: Table, turn: number): Promise<void> {
  const { client, name } = table;
  const key = { pk: `group-${Math.floor(turn / 10)}`, sk: `item-${turn}` };
  await putItem(table, { ...key, text: 'x'.repeat(1000) });
  await getItem(table, key);
  for await (const _ of queried(table, { pk: key.pk }));
  const others = ['a', 'b', 'c'].map((part) => ({ ...key, pk: `${key.pk}-${part}`, part }));
  await client.send(
    new TransactWriteCommand({ TransactItems: others.map((Item) => ({ Put: { TableName: name, Item } })) }),
  );
}

function rate(pairs: Pair[]): Result {
  const { ratio, quartiles, ...rates } = summaryOf(pairs);
  return {
    what: 'requests to the database',
    value: ratio,
    unit: '×',
    bar: { atLeast: 1 - MOST_LOST },
    noise: `${figure(quartiles[0])}–${figure(quartiles[1])} in half of ${rates.pairs} pairs`,
    details: [`${figure(rates.ours)} a second against ${figure(rates.theirs)} on a port of the machine`],
  };
}

function processor(ours: number, theirs: number): Result {
  return {
    what: 'processor time of a request',
    value: ours / theirs,
    unit: '×',
    bar: { atMost: 1 + MOST_LOST },
    details: [`${figure(ours)} s against ${figure(theirs)} s, of this process and of the server`],
  };
}
