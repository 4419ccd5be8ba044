import type { Suppression } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

/**
 * The strength of each reason. Of two suppressions the stronger one stays. An editor can lift the three strongest ones
 * and neither of the others, so the times of those are kept beside a stronger reason (`erasedAt`, `leftAt`).
 */
const STRENGTH: Record<Suppression['reason'], number> = {
  erased: 0,
  left: 1,
  bounced: 2,
  refused: 3,
  complained: 4,
};

export type SuppressionStore = {
  get(addressHash: string): Promise<Suppression | undefined>;
  /**
   * Suppresses an address that has no reader. Returns false and writes nothing if the suppression is not `previous` any
   * more, or if the address has a reader by now.
   */
  suppressWithoutReader(
    addressHash: string,
    previous: Suppression | undefined,
    next: Suppression,
  ): Promise<boolean>;
  /**
   * Lifts the suppression, and leaves `afterLifting`. Returns false and changes nothing if the suppression is not the
   * given one any more.
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
 * the older one. The order in which they came does not matter. When the reader left or had everything erased is kept in
 * any case.
 */
export function lastingSuppression(one: Suppression | undefined, other: Suppression): Suppression {
  if (!one) return other;
  const lasting = strongerOf(one, other);
  const erasedAt = earlierOf(timeIn('erased', one), timeIn('erased', other));
  const leftAt = earlierOf(timeIn('left', one), timeIn('left', other));
  if (erasedAt === timeIn('erased', lasting) && leftAt === timeIn('left', lasting)) return lasting;
  return { ...lasting, ...(erasedAt && { erasedAt }), ...(leftAt && { leftAt }) };
}

/**
 * Returns what stays of a suppression when an editor lifts it: that the reader left, or had everything erased. Only the
 * reader can undo these. Returns undefined if nothing stays.
 */
export function afterLifting({ erasedAt, leftAt }: Suppression): Suppression | undefined {
  const kept = { ...(erasedAt && { erasedAt }), ...(leftAt && { leftAt }) };
  if (leftAt) return { reason: 'left', at: leftAt, ...kept };
  return erasedAt ? { reason: 'erased', at: erasedAt, ...kept } : undefined;
}

/** Checks whether the address is suppressed because everything about its reader was erased. */
export function isErased(suppression: Suppression | undefined): boolean {
  return suppression !== undefined && timeIn('erased', suppression) !== undefined;
}

/**
 * Returns when the reader left, or had everything erased. Suppressions from older versions have no `erasedAt`. Those
 * with the reason `erased` have the time of the erasure in `at`.
 */
function timeIn(what: 'erased' | 'left', { reason, at, erasedAt, leftAt }: Suppression): string | undefined {
  return (what === 'erased' ? erasedAt : leftAt) ?? (reason === what ? at : undefined);
}

function earlierOf(one: string | undefined, other: string | undefined): string | undefined {
  return one !== undefined && other !== undefined ? [one, other].sort()[0] : (one ?? other);
}

function strongerOf(one: Suppression, other: Suppression): Suppression {
  const difference = STRENGTH[one.reason] - STRENGTH[other.reason];
  if (difference !== 0) return difference > 0 ? one : other;
  return one.at <= other.at ? one : other;
}
