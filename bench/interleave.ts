/**
 * Two ways of doing the same, measured in turns. Machines are shared, so absolute times say little; what a machine does
 * to one round it most likely does to the next, and the ratio of the two stays.
 */

/** One short round → how many were done in a second. */
export type Round = () => Promise<number>;

export type Interleaved = {
  /** Ours by the other: the median over the pairs of rounds. */
  ratio: number;
  /** Half of the pairs lie between these two. */
  quartiles: [number, number];
  /** Medians, a second. */
  ours: number;
  theirs: number;
  pairs: number;
};

/** What a round of each did in a second. */
export type Pair = { ours: number; theirs: number };

/** `pairs` rounds of each. Who begins changes with every pair, so that neither always runs on what the other left. */
export async function inTurns(ours: Round, theirs: Round, pairs: number): Promise<Pair[]> {
  const rates: Pair[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) {
      const first = await ours();
      rates.push({ ours: first, theirs: await theirs() });
    } else {
      const first = await theirs();
      rates.push({ ours: await ours(), theirs: first });
    }
  }
  return rates;
}

export async function interleave(ours: Round, theirs: Round, pairs: number): Promise<Interleaved> {
  return summaryOf(await inTurns(ours, theirs, pairs));
}

export function summaryOf(pairs: Pair[]): Interleaved {
  const ratios = pairs.map((pair) => pair.ours / pair.theirs);
  return {
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    ours: quantile(
      pairs.map((pair) => pair.ours),
      0.5,
    ),
    theirs: quantile(
      pairs.map((pair) => pair.theirs),
      0.5,
    ),
    pairs: pairs.length,
  };
}

/** Interpolated between the two nearest. */
export function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position % 1);
}
