import { expect } from 'vitest';
import { deliveries } from '../../functions/websub/deliver.ts';
import type { Subscription } from '../../functions/websub/subscription.ts';
import { contentByPage } from '../../functions/websub/topic-content.ts';
import { setUp } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';

/** Makes `failures` deliveries fail, and one more that has an early retry. Exactly one message is sent, for that early retry. */
export async function expectOneReminder(failures: number): Promise<void> {
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
  const subscription = (times: number): Subscription => ({
    feed: '*',
    place: `atom#${times}`,
    topic: 'https://paper.example/atom.xml',
    callback: 'https://reader.example/',
    until: world.now() + 1000,
    requestId: 'id',
    failures: times,
  });
  await deliver(subscription(2), content);
  for (let i = 0; i < failures; i++) await deliver(subscription(3), content);
  await remind();
  expect(sent).toEqual([[[{ kind: 'redeliver' }], 90]]);
}

/**
 * Reads documents of very many topics, which together have at least a quarter more than `most` bytes. Only the documents that were
 * read last are remembered, and they have at most `most` bytes. Without `most`, the limit is the default of 32 MB.
 */
export async function expectBoundedMemory(topicCount: number, letters: number, most?: number): Promise<void> {
  const world = await setUp();
  const tags = Array.from({ length: topicCount }, (_, index) => `Tag ${index}`);
  const html = `<p>${'Long. '.repeat(letters / 6)}</p>`;
  for (let start = 0; start < topicCount; start += 25)
    await postStory(world, { tags: tags.slice(start, start + 25), content: { html } });
  const topics = tags.map((_, index) => `https://paper.example/tags/tag-${index}/atom.xml`);
  const contentOf = contentByPage(world.services, most);
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
  const limit = most ?? 32 * 1024 * 1024;
  expect(bytes * topics.length).toBeGreaterThan(limit * 1.25);
  expect(bytes * remembered.length).toBeLessThanOrEqual(limit);
  expect(bytes * remembered.length).toBeGreaterThan(limit * 0.875);
}
