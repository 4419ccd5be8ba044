import type { Batch } from '../../delivery/batch.ts';
import type { Decision } from '../../newsletter/issue.ts';
import type { EditionCursor, IssueMoment, IssueRef, Step } from '../../newsletter/issue-store.ts';
import { isoTime } from '../../shared/clock.ts';
import type { TransactItem } from './dynamo-client.ts';
import { editionKey, issueKey, reviewKey } from './dynamo-keys.ts';
import { outboxPut } from './dynamo-outbox.ts';

/** A step of an issue that nobody has planned, from where it was read. */
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

/** What else the step writes and depends on. */
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
    ? { ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_not_exists(pk)' } }
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
      ConditionExpression: cursor.version === 1 ? 'attribute_not_exists(pk)' : 'version = :previous',
      ...(cursor.version > 1 && { ExpressionAttributeValues: { ':previous': cursor.version - 1 } }),
    },
  };
}

type Update = Omit<NonNullable<TransactItem['Update']>, 'TableName' | 'Key'>;

/** What new batches add to their issue, as long as it is being sent in the form that they were made for. */
export function countersAfter(batches: Batch[], partDone: boolean, composition: number, at: string): Update {
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
    // Composed again meanwhile, it must not go out half in one form and half in another.
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
