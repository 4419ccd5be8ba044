import { type Benchmark, holds, table } from './benchmark.ts';
import { coldRender } from './cold-render.ts';
import { digest } from './digest.ts';
import { feedUnits } from './feed-units.ts';
import { imports } from './import.ts';
import { polling } from './polling.ts';
import { warmFeed } from './warm-feed.ts';
import { websub } from './websub.ts';

/**
 * `npm run bench`, or `node bench/run.ts <name>…` for some of them. Ends with 1 where a bar does not hold.
 * BENCH_NODE_FLAGS goes to the servers: '--cpu-prof --cpu-prof-dir=/tmp/profiles' writes what each of them spent.
 * A new benchmark is a file that exports a `Benchmark`, and its line here.
 */
const BENCHMARKS: Benchmark[] = [
  // How fast a warm feed is served, against bare Hono.
  warmFeed,
  // How fast very many WebSub subscribers are told of a change, against a bare loop, and in how much memory.
  websub,
  // How fast a list of readers is imported, against a bare loop of the same transactions, and in how much memory.
  imports,
  // How fast an issue goes to a hundred thousand readers, against a bare loop; in how much memory, and for how many units.
  digest,
  // What a feed costs in DynamoDB's units, over a thousand to a hundred thousand articles.
  feedUnits,
  // How fast a document is made from its articles, against two libraries.
  coldRender,
  // A thousand readers while an editor works: what they cost, and whether one of them misses anything.
  polling,
];

const names = process.argv.slice(2);
const unknown = names.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no benchmark ${unknown.join(', ')}; there are ${BENCHMARKS.map(({ name }) => name).join(', ')}`,
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
