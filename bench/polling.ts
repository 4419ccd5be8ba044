import { startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { quantile } from './interleave.ts';
import { openNewsroom, READERS, type Round } from './polling-newsroom.ts';
import { progress } from './progress.ts';

/**
 * A thousand readers that poll every five minutes with what they saved, some at the same time, while an editor posts and
 * corrects: what a poll reads, whether it is 304 whenever nothing is new, and whether anybody is told 304 who lacks what
 * was accepted before they asked.
 */
export const polling: Benchmark = { name: 'polling', run };

const ROUNDS = 8;
/** Of the time of a poll that is answered 304: while a document is made, it waits. */
const BAR = 0.6;

async function run(): Promise<Result[]> {
  const database = await startDynoxide();
  try {
    const newsroom = await openNewsroom(database.endpoint);
    const quiet: Round[] = [];
    const busy: Round[] = [];
    const say = progress('polling', ROUNDS * 2);
    for (let round = 0; round < ROUNDS; round++) {
      // Everybody catches up first.
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
        `while edited, for each poll also ${units('BatchGetItemCommand')} for articles and ${units('GetItemCommand')} for stored documents and the editor's own reads`,
      ],
    },
    {
      what: '304 where nothing is new',
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
      what: 'a 304 while edited, in time',
      value: quantile(ratios, 0.5),
      unit: '×',
      bar: { atLeast: BAR },
      noise: ratios.map(figure).join(', '),
      details: [`median ${median(busy)} µs, and ${median(quiet)} µs where nobody edits`],
    },
  ];
}
