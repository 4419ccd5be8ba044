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

/** `pairs` rounds of each. Who begins changes with every pair, so that neither always runs on what the other left. */
export async function interleave(ours: Round, theirs: Round, pairs: number): Promise<Interleaved> {
  const rates: { ours: number; theirs: number }[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) {
      const first = await ours();
      rates.push({ ours: first, theirs: await theirs() });
    } else {
      const first = await theirs();
      rates.push({ ours: await ours(), theirs: first });
    }
  }
  const ratios = rates.map((pair) => pair.ours / pair.theirs);
  return {
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    ours: quantile(
      rates.map((pair) => pair.ours),
      0.5,
    ),
    theirs: quantile(
      rates.map((pair) => pair.theirs),
      0.5,
    ),
    pairs,
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
