import type { Suppression } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

/**
 * The strength of each reason. Of two suppressions the stronger one stays, because whatever can lift it can lift the
 * weaker one too.
 */
const STRENGTH: Record<Suppression['reason'], number> = { erased: 0, bounced: 1, refused: 2, complained: 3 };

export type SuppressionStore = {
  get(addressHash: string): Promise<Suppression | undefined>;
  /**
   * Lifts the suppression. If the reader had everything erased too, the address stays suppressed as `erased`, which
   * only the reader can lift. Returns false and changes nothing if the suppression is not the given one any more.
   */
  lift(addressHash: string, suppression: Suppression): Promise<boolean>;
};

/** Returns the suppression of the address with this hash, or undefined if the address may be mailed. */
export async function suppressionOf(
  { suppressions }: Pick<SubscriberStore, 'suppressions'>,
  addressHash: string,
): Promise<Suppression | undefined> {
  return (await suppressions([addressHash])).get(addressHash);
}

/**
 * Returns the suppression that stays when an address has two reasons: the stronger one or, if both are equally strong,
 * the older one. The order in which they came does not matter. The time of an erasure is kept in any case.
 */
export function lastingSuppression(one: Suppression | undefined, other: Suppression): Suppression {
  if (!one) return other;
  const lasting = strongerOf(one, other);
  const erasedAt = erasureIn(one) ?? erasureIn(other);
  return erasedAt === undefined || erasedAt === erasureIn(lasting) ? lasting : { ...lasting, erasedAt };
}

/**
 * Returns when the reader had everything erased. Suppressions from older versions have no `erasedAt`. Those with the
 * reason `erased` have the time of the erasure in `at`.
 */
function erasureIn({ reason, at, erasedAt }: Suppression): string | undefined {
  return erasedAt ?? (reason === 'erased' ? at : undefined);
}

function strongerOf(one: Suppression, other: Suppression): Suppression {
  const difference = STRENGTH[one.reason] - STRENGTH[other.reason];
  if (difference !== 0) return difference > 0 ? one : other;
  return one.at <= other.at ? one : other;
}
