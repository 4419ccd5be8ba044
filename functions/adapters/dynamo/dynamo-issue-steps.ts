import type { Decision } from '../../newsletter/issue.ts';
import type { EditionCursor, IssueMoment, IssueRef, Step } from '../../newsletter/issue-store.ts';
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
