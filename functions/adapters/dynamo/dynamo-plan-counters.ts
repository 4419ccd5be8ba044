import type { Batch } from '../../delivery/batch.ts';
import { isoTime } from '../../shared/clock.ts';
import type { TransactItem } from './dynamo-client.ts';

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
