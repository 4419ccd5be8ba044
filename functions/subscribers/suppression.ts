import type { Suppression } from './subscriber.ts';

/** What lifts the later ones lifts the earlier ones too. A complaint stays until an editor lifts it. */
const STRENGTH: Record<Suppression['reason'], number> = { erased: 0, bounced: 1, refused: 2, complained: 3 };

export type SuppressionStore = {
  get(addressHash: string): Promise<Suppression | undefined>;
  /**
   * The address may be mailed again; where its reader had everything erased, it is `erased` from then on, which only they
   * can end. False where it is not suppressed so any more.
   */
  lift(addressHash: string, suppression: Suppression): Promise<boolean>;
};

/** Of two, the one that stays, in whichever order they came: the stronger, or the one from before. An erasure is kept beside it. */
export function lastingSuppression(one: Suppression | undefined, other: Suppression): Suppression {
  if (!one) return other;
  const lasting = strongerOf(one, other);
  const erasedAt = erasureIn(one) ?? erasureIn(other);
  return erasedAt === undefined || erasedAt === erasureIn(lasting) ? lasting : { ...lasting, erasedAt };
}

/** When its reader had everything erased. Those from before this was kept beside the reason have only the reason. */
function erasureIn({ reason, at, erasedAt }: Suppression): string | undefined {
  return erasedAt ?? (reason === 'erased' ? at : undefined);
}

function strongerOf(one: Suppression, other: Suppression): Suppression {
  const difference = STRENGTH[one.reason] - STRENGTH[other.reason];
  if (difference !== 0) return difference > 0 ? one : other;
  return one.at <= other.at ? one : other;
}
