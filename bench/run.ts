import { type Benchmark, holds, table } from './benchmark.ts';
import { coldRender } from './cold-render.ts';
import { digest } from './digest.ts';
import { feedUnits } from './feed-units.ts';
import { imports } from './import.ts';
import { databaseInItsOwnNetwork } from './own-network.ts';
import { polling } from './polling.ts';
import { warmFeed } from './warm-feed.ts';
import { websub } from './websub.ts';

/**
 * `npm run bench` runs all benchmarks, and `node bench/run.ts <name>…` runs some. The exit code is 1 if a bar does not hold.
 * BENCH_NODE_FLAGS has flags for the servers: '--cpu-prof --cpu-prof-dir=/tmp/profiles' makes each of them write a profile.
 * A new benchmark is a file that exports a `Benchmark`, and a line in this list.
 */
const BENCHMARKS: Benchmark[] = [
  // Measures how fast a warm feed is served, compared with bare Hono.
  warmFeed,
  // Measures how fast a change is sent to ten thousand WebSub subscribers, compared with a plain loop, and the memory.
  websub,
  // Measures how fast a list of readers is imported, compared with a plain loop of the same transactions, and the memory.
  imports,
  // Measures how fast an issue goes to a hundred thousand readers, compared with a plain loop; the memory, and the units.
  digest,
  // Counts what a feed costs in DynamoDB's units, with a thousand to a hundred thousand articles.
  feedUnits,
  // Measures how fast a document is made from its articles, compared with two libraries.
  coldRender,
  // Lets a thousand feed readers poll while an editor works; counts what they cost, and checks that none misses anything.
  polling,
  // Measures what it costs that the embedded database has a network of its own.
  databaseInItsOwnNetwork,
];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no benchmark called ${unknown.join(', ')}; the names are ${BENCHMARKS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

let failed = 0;
for (const benchmark of BENCHMARKS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const begun = performance.now();
  const results = await benchmark.run();
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`\n${benchmark.name} (${seconds} s)\n${table(results).join('\n')}`);
  failed += results.filter((result) => !holds(result)).length;
}
console.log(
  failed === 0 ? '\nEvery bar holds.' : `\n${failed} ${failed === 1 ? 'bar does' : 'bars do'} not hold.`,
);
process.exitCode = failed === 0 ? 0 : 1;
