import type { Followed, ScheduleStore } from '../../newsletter/schedule-store.ts';
import { fieldsOf, getItem, putItem, type Table } from './dynamo-client.ts';
import { scheduleKey } from './dynamo-keys.ts';

export function dynamoSchedules(table: Table): ScheduleStore {
  return {
    async followed(edition) {
      const item = await getItem(table, scheduleKey(edition));
      return item && (fieldsOf(item) as Followed);
    },

    follow: (edition, followed) => putItem(table, { ...scheduleKey(edition), ...followed }),
  };
}
