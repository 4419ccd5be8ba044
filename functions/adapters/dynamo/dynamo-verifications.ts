import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SubscriptionRequest } from '../../websub/subscription.ts';
import type { VerificationStore } from '../../websub/websub-store.ts';
import { queried, type Table, updateIf } from './dynamo-client.ts';
import { verificationKey } from './dynamo-keys.ts';

/** None is under way so long: what was never done for all that is nobody's any more. */
const DAY_SECONDS = 24 * 3600;

/** As `isLive` has it, for a condition. */
const NOT_EXPIRED = 'expiresAt > :seconds';

/**
 * Requests that wait for their callback's answer. Not in the outbox: they are strangers', as many as those like, and must
 * not stand before an editor's events when the sweep looks for what was left.
 */
export function dynamoVerifications(table: Table): VerificationStore {
  const { client, name } = table;

  return {
    async put(request, now) {
      const expiresAt = seconds(now) + DAY_SECONDS;
      await client.send(
        new PutCommand({
          TableName: name,
          Item: { ...verificationKey(request.id), request, attempts: 0, dueAt: now, expiresAt },
        }),
      );
    },

    async claim(id, now, until) {
      const item = await updateIf(table, verificationKey(id), {
        UpdateExpression: 'SET dueAt = :until ADD attempts :one',
        ConditionExpression: `dueAt <= :now AND ${NOT_EXPIRED}`,
        ExpressionAttributeValues: { ':until': until, ':now': now, ':one': 1, ':seconds': seconds(now) },
      });
      return item && { ...(item.request as SubscriptionRequest), attempts: Number(item.attempts) };
    },

    async postpone(id, until) {
      await updateIf(table, verificationKey(id), {
        UpdateExpression: 'SET dueAt = :until',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':until': until },
      });
    },

    async remove(id) {
      await client.send(new DeleteCommand({ TableName: name, Key: verificationKey(id) }));
    },

    async due(before, limit, now) {
      const ids: string[] = [];
      const items = queried(table, {
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: `dueAt <= :before AND ${NOT_EXPIRED}`,
        ExpressionAttributeValues: { ':pk': 'VERIFICATIONS', ':before': before, ':seconds': seconds(now) },
      });
      for await (const { sk } of items) if (ids.push(String(sk)) === limit) break;
      return ids;
    },
  };
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
