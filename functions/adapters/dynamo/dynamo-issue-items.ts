import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import type { Batch } from '../../delivery/batch.ts';
import type { Decision } from '../../newsletter/issue.ts';
import type { EditionCursor, IssueMoment, IssueRef, Step } from '../../newsletter/issue-store.ts';
import { isoTime } from '../../shared/clock.ts';
import { IS_NEW, type Table, type Update, updateIf } from './dynamo-client.ts';
import { editionKey, issueKey, reviewKey } from './dynamo-keys.ts';
import { outboxPut, type TransactItem } from './dynamo-requests.ts';

/**
 * Returns the update that takes an issue one step further. The update is made only if no step was taken since the issue
 * was read, and if no reader was put in a batch yet.
 */
export function moved(
  TableName: string,
  { edition, slot }: IssueRef,
  from: IssueMoment,
  UpdateExpression: string,
  values: Record<string, unknown>,
): TransactItem {
  return {
    Update: {
      TableName,
      Key: issueKey(edition, slot),
      UpdateExpression,
      ConditionExpression:
        '#state = :from AND composition = :composition AND attribute_not_exists(startedAt)',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ...values, ':from': from.state, ':composition': from.composition },
    },
  };
}

/** Returns what else a step writes, and the conditions on other items that it depends on. */
export function stepItems(
  TableName: string,
  ref: IssueRef,
  { cursor, decision, event }: Step,
): TransactItem[] {
  return [
    ...(cursor ? [cursorPut(TableName, ref.edition, cursor)] : []),
    ...(decision ? [stillDecided(TableName, ref, decision)] : []),
    ...(event ? [outboxPut(TableName, event.id, event.event)] : []),
  ];
}

function stillDecided(
  TableName: string,
  { edition, slot }: IssueRef,
  decision: Decision | 'none',
): TransactItem {
  const Key = reviewKey(edition, slot);
  return decision === 'none'
    ? { ConditionCheck: { TableName, Key, ...IS_NEW } }
    : {
        ConditionCheck: {
          TableName,
          Key,
          ConditionExpression: 'what = :what AND #at = :at',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: { ':what': decision.what, ':at': decision.at },
        },
      };
}

function cursorPut(TableName: string, edition: string, cursor: EditionCursor): TransactItem {
  return {
    Put: {
      TableName,
      Item: { ...editionKey(edition), ...cursor },
      ...(cursor.version === 1
        ? IS_NEW
        : {
            ConditionExpression: 'version = :previous',
            ExpressionAttributeValues: { ':previous': cursor.version - 1 },
          }),
    },
  };
}

type Counting = Omit<NonNullable<TransactItem['Update']>, 'TableName' | 'Key'>;

/**
 * Returns the update that counts new batches in their issue. The update is made only while the issue is being sent, and
 * is still in the composition for which the batches were made.
 */
export function countersAfter(
  batches: Batch[],
  partDone: boolean,
  composition: number,
  at: string,
): Counting {
  const later = Map.groupBy(batches, ({ notBefore }) => notBefore);
  later.delete(undefined);
  const waves = [...later].map(([due, own], index) => ({
    name: `#wave${index}`,
    time: isoTime(Number(due)),
    value: `:wave${index}`,
    planned: readersOf(own),
  }));
  const counted = waves.map(
    ({ name, value }) => `waves.${name} = if_not_exists(waves.${name}, :zero) + ${value}`,
  );
  return {
    UpdateExpression: `SET ${['startedAt = if_not_exists(startedAt, :at)', ...counted].join(', ')} ADD batches :batches, planned :planned, partsPlanned :parts`,
    // Without this condition, some readers would get an old mail and others a new one if the issue was composed again
    // meanwhile.
    ConditionExpression: '#state = :sending AND composition = :composition',
    ExpressionAttributeNames: {
      '#state': 'state',
      ...Object.fromEntries(waves.map(({ name, time }) => [name, time])),
    },
    ExpressionAttributeValues: {
      ':at': at,
      ':sending': 'sending',
      ':composition': composition,
      ':batches': batches.length,
      ':planned': readersOf(batches),
      ':parts': partDone ? 1 : 0,
      ...(waves.length > 0 && { ':zero': 0 }),
      ...Object.fromEntries(waves.map(({ value, planned }) => [value, planned])),
    },
  };
}

function readersOf(batches: Batch[]): number {
  return batches.reduce((sum, { subscriberIds }) => sum + subscriberIds.length, 0);
}

/**
 * Adds a note to an issue. Returns false if its condition does not hold. A transaction may write to the issue at the
 * same moment. Then the note is left out, because the transaction matters more.
 */
export async function noteOn(table: Table, { edition, slot }: IssueRef, update: Update): Promise<boolean> {
  try {
    return (await updateIf(table, issueKey(edition, slot), update)) !== undefined;
  } catch (error) {
    if (error instanceof TransactionConflictException) return false;
    throw error;
  }
}
