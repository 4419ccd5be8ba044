import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { pause, type Table } from './dynamo-client.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A transaction was cancelled by a condition. `failed` has the indexes of the items whose condition did not hold. */
export class ConditionsFailed extends Error {
  override name = 'ConditionsFailed';
  readonly failed: number[];
  constructor(failed: number[]) {
    super(`the conditions of these items of a transaction did not hold: ${failed.join(', ')}`);
    this.failed = failed;
  }
}

const TRANSACT_ATTEMPTS = 6;
const TEMPORARY = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

/**
 * Writes all of the items or none of them. If a condition does not hold, it throws ConditionsFailed and does not try again.
 * If another transaction or throttling was in the way, it tries again. If the reply gets lost, the SDK repeats the request
 * with the same idempotency token.
 */
export async function transact(table: Table, items: TransactItem[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await table.client.send(new TransactWriteCommand({ TransactItems: items }));
      return;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
      const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
      if (failed.length > 0) throw new ConditionsFailed(failed);
      if (!codes.some((code) => TEMPORARY.includes(code)) || attempt === TRANSACT_ATTEMPTS) throw error;
      await pause(2 ** attempt * 10 * (0.5 + Math.random()));
    }
  }
}

/** Writes all of the items, or none of them and returns false if a condition does not hold. */
export async function transactIf(table: Table, items: TransactItem[]): Promise<boolean> {
  try {
    await transact(table, items);
    return true;
  } catch (error) {
    if (error instanceof ConditionsFailed) return false;
    throw error;
  }
}
