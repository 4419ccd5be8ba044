/**
 * Measures two ways of doing the same thing in turns. A machine is shared with other programs, so absolute times say little.
 * What slows down one round most likely slows down the next one too, so the ratio of the two stays.
 */

/** Does one short round, and returns how many things were done per second. */
export type Round = () => Promise<number>;

export type Interleaved = {
  /** Our rate divided by the other rate: the median over the pairs of rounds. */
  ratio: number;
  /** Half of the pairs are between these two ratios. */
  quartiles: [number, number];
  /** The medians of both rates, per second. */
  ours: number;
  theirs: number;
  pairs: number;
};

/** The rates of two rounds, one of each kind, per second. */
export type Pair = { ours: number; theirs: number };

/** Does `pairs` rounds of each kind. The first of a pair changes, so that neither always runs right after the other. */
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

/** Returns the quantile, interpolated between the two nearest values. */
export function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * part;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position % 1);
}
