import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Followed, ScheduleStore } from '../newsletter/schedule-store.ts';
import type { Table } from './dynamo-client.ts';
import { scheduleKey } from './dynamo-keys.ts';

export function dynamoSchedules({ client, name }: Table): ScheduleStore {
  return {
    async followed(edition) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: scheduleKey(edition), ConsistentRead: true }),
      );
      if (!Item) return undefined;
      const { pk, sk, ...followed } = Item;
      return followed as Followed;
    },

    async follow(edition, followed) {
      await client.send(new PutCommand({ TableName: name, Item: { ...scheduleKey(edition), ...followed } }));
    },
  };
}
