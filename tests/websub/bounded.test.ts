import { expect, it } from 'vitest';
import { deliveries } from '../../functions/websub/deliver.ts';
import type { Subscription } from '../../functions/websub/subscription.ts';
import { contentByPage } from '../../functions/websub/topic-content.ts';
import { setUp, useDatabase } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';

useDatabase();

const MEGABYTE = 1024 * 1024;

it('of very many topics some 32 MB of documents are remembered, those that were read last', async () => {
  const world = await setUp();
  const tags = Array.from({ length: 50 }, (_, index) => `Tag ${index}`);
  const html = `<p>${'Long. '.repeat(150_000)}</p>`;
  for (const half of [tags.slice(0, 25), tags.slice(25)])
    await postStory(world, { tags: half, content: { html } });
  const topics = tags.map((_, index) => `https://paper.example/tags/tag-${index}/atom.xml`);
  const contentOf = contentByPage(world.services);
  const page = {};
  const first = new Map<string, unknown>();
  for (const topic of topics) first.set(topic, await contentOf(topic, page));

  const remembered: string[] = [];
  for (const topic of topics.toReversed()) {
    const content = await contentOf(topic, page);
    if (content !== first.get(topic)) break;
    remembered.push(topic);
  }
  const bytes = (first.get(topics[0] ?? '') as { body: Uint8Array }).body.byteLength;
  expect(bytes * topics.length).toBeGreaterThan(40 * MEGABYTE);
  expect(bytes * remembered.length).toBeLessThanOrEqual(32 * MEGABYTE);
  expect(bytes * remembered.length).toBeGreaterThan(28 * MEGABYTE);
});

it('any number of deliveries that failed is reminded of once, at the first retry', async () => {
  const sent: unknown[] = [];
  const world = await setUp();
  const { deliver, remind } = deliveries({
    ...world.services,
    websub: { ...world.services.websub, bookRetry: async () => true },
    callbacks: {
      get: async () => ({ kind: 'silent', reason: 'down' }),
      post: async () => ({ kind: 'silent', reason: 'down' }),
    },
    queue: { send: async (...message) => void sent.push(message) },
  });
  const content = { etag: '"1"', body: new Uint8Array(1), headers: {} };
  const subscription = (failures: number): Subscription => ({
    feed: '*',
    place: `atom#${failures}`,
    topic: 'https://paper.example/atom.xml',
    callback: 'https://reader.example/',
    until: world.now() + 1000,
    requestId: 'id',
    failures,
  });
  await deliver(subscription(2), content);
  for (let i = 0; i < 200_000; i++) await deliver(subscription(3), content);
  await remind();
  expect(sent).toEqual([[[{ kind: 'redeliver' }], 90]]);
});
