import { startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { quantile } from './interleave.ts';
import { openNewsroom, READERS, type Round } from './polling-newsroom.ts';
import { progress } from './progress.ts';

/**
 * A thousand feed readers poll every five minutes with the ETags that they saved, some at the same time, while an editor posts
 * and corrects stories. The benchmark measures what a poll reads, whether the answer is 304 if nothing is new, and whether a
 * feed reader gets 304 although it lacks an edit that was accepted before it asked.
 */
export const polling: Benchmark = { name: 'polling', run };

const ROUNDS = 8;
/**
 * The bar for the time of a 304 without edits divided by its time with edits. While a document is rendered, other polls have
 * to wait.
 */
const BAR = 0.6;

async function run(): Promise<Result[]> {
  const database = await startDynoxide({ reachableBy: 'everybody' });
  try {
    const newsroom = await openNewsroom(database.endpoint);
    const quiet: Round[] = [];
    const busy: Round[] = [];
    const say = progress('polling', ROUNDS * 2);
    for (let round = 0; round < ROUNDS; round++) {
      // First every feed reader gets what it lacks.
      await newsroom.round(false);
      quiet.push(await newsroom.round(false));
      say(round * 2 + 1);
      busy.push(await newsroom.round(true));
      say(round * 2 + 2);
    }
    return results(quiet, busy);
  } finally {
    await database.stop();
  }
}

function results(quiet: Round[], busy: Round[]): Result[] {
  const all = [...quiet, ...busy];
  const sum = (rounds: Round[], of: (round: Round) => number) =>
    rounds.reduce((total, round) => total + of(round), 0);
  const polls = (rounds: Round[]) => rounds.length * READERS;
  const ratios = quiet.map((round, at) => quantile(round.times, 0.5) / quantile(busy[at]?.times ?? [], 0.5));
  const median = (rounds: Round[]) =>
    figure(
      quantile(
        rounds.flatMap(({ times }) => times),
        0.5,
      ) * 1000,
    );
  const units = (name: string) => figure(sum(busy, (round) => round.units[name] ?? 0) / polls(busy));
  return [
    {
      what: 'pointers read for a poll',
      value: Math.max(...all.map((round) => (round.units.QueryCommand ?? 0) / READERS)),
      unit: 'read units',
      bar: { atMost: 1 },
      details: [
        `while stories are edited, each poll also reads ${units('BatchGetItemCommand')} for articles, and ${units('GetItemCommand')} for stored documents and for the editor`,
      ],
    },
    {
      what: '304 if nothing is new',
      value: 1 - sum(all, ({ needless }) => needless) / sum(all, ({ unchanged }) => unchanged),
      unit: '×',
      bar: { atLeast: 1 },
      details: [
        `${figure((100 * sum(quiet, ({ answered304 }) => answered304)) / polls(quiet))} % of all polls without the editor, ${figure((100 * sum(busy, ({ answered304 }) => answered304)) / polls(busy))} % with`,
      ],
    },
    {
      what: 'polls that missed an edit',
      value: sum(all, ({ stale }) => stale),
      unit: `of ${figure(polls(all))}`,
      bar: { atMost: 0 },
      details: [],
    },
    {
      what: 'speed of a 304 while stories are edited',
      value: quantile(ratios, 0.5),
      unit: '×',
      bar: { atLeast: BAR },
      noise: ratios.map(figure).join(', '),
      details: [`the median is ${median(busy)} µs, and ${median(quiet)} µs while nobody edits`],
    },
  ];
}
