import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Followed, ScheduleStore } from '../../newsletter/schedule-store.ts';
import { fieldsOf, getItem, type Table } from './dynamo-client.ts';
import { scheduleKey } from './dynamo-keys.ts';

export function dynamoSchedules(table: Table): ScheduleStore {
  const { client, name } = table;
  return {
    async followed(edition) {
      const item = await getItem(table, scheduleKey(edition));
      return item && (fieldsOf(item) as Followed);
    },

    async follow(edition, followed) {
      await client.send(new PutCommand({ TableName: name, Item: { ...scheduleKey(edition), ...followed } }));
    },
  };
}
