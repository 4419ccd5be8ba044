import { expect, it } from 'vitest';
import { postStory } from '../support/newsroom.ts';
import { hub, hubOfShortFeeds, subscribe, tellSubscribers } from './hub.ts';
import { receiver } from './receiver.ts';

it('a distribution that another process finished first does not overwrite what was sent last', async () => {
  const world = await hubOfShortFeeds();
  const old = await postStory(world, { title: 'Of last year', publishedAt: '2025-11-22T12:00:00.000Z' });
  for (let i = 0; i < world.config.publication.feeds.entries; i++) await postStory(world);
  let meanwhile: (() => Promise<void>) | undefined;
  const { url, delivered } = await receiver(({ method }, response) => {
    const now = meanwhile;
    if (method !== 'POST' || !now) return false;
    meanwhile = undefined;
    now().then(() => response.end());
    return true;
  });
  await subscribe(world, `${url}/cb`);
  meanwhile = async () => {
    world.pass(121_000);
    const other = await hub({ sharing: world, config: world.config });
    await postStory(other, { title: 'Of the other process' });
    await tellSubscribers(other);
    await other.sweep();
    await other.queue.drain();
  };
  await postStory(world, { title: 'Of the first process' });
  await tellSubscribers(world);
  expect(delivered('/cb').at(-1)?.body.toString()).toContain('Of the other process');
  const before = delivered('/cb').length;
  await world.edit('PATCH', `/api/articles/${old}`, { title: 'Corrected' });
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(before);
});
