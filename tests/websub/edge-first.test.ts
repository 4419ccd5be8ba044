import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { outboxKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import type { World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { hub, minutes } from './hub.ts';

/**
 * Retracts a story, and loses the message about it. Returns the id of the event, and a list of the events for which the edge (the
 * cache in front of the site) is cleared from now on.
 */
async function retracted(world: World): Promise<{ event: string; invalidated: string[] }> {
  const invalidated: string[] = [];
  world.services.cdn.invalidate = async (...[reference]: [string?]) =>
    void invalidated.push(String(reference));
  const editor = await hub({ sharing: world, faults: { lose: () => true } });
  const id = await postStory(world);
  await world.queue.drain();
  expect((await editor.edit('DELETE', `/api/articles/${id}`)).status).toBeLessThan(300);
  world.pass(1);
  const [left] = await world.services.outbox.leftBefore(new Date(world.now()).toISOString(), 10);
  return { event: left?.id ?? '', invalidated };
}

it('a retraction whose event does not name its feeds reaches the edge, and its event is deleted', async () => {
  const world = await hub();
  const { event, invalidated } = await retracted(world);
  await world.table.client.send(
    new UpdateCommand({
      TableName: world.table.name,
      Key: outboxKey(event),
      UpdateExpression: 'REMOVE #event.feeds',
      ConditionExpression: 'attribute_exists(#event.feeds)',
      ExpressionAttributeNames: { '#event': 'event' },
    }),
  );
  await minutes(world, 2);
  expect(invalidated).toEqual([event]);
  expect(await world.services.outbox.get(event)).toBeUndefined();
});

it('a retraction reaches the edge even if the subscribers cannot be read, and its event is kept', async () => {
  const world = await hub();
  const { event, invalidated } = await retracted(world);
  world.services.websub.subscribed = () => Promise.reject(new Error('the table refuses'));
  await minutes(world, 1);
  expect(invalidated).toContain(event);
  expect(await world.services.outbox.get(event)).toBeDefined();
});
