import { expect, test } from 'vitest';
import type { Deployment } from './deployment.ts';
import { newsroom } from './newsroom.ts';
import { FERRY } from './stories.ts';

/**
 * What editors ask of an edition: an issue now, a preview of an issue, and a proof by mail. The tick function renders
 * all three.
 */
export function editionTests(deployed: () => Deployment): void {
  const { post, drain } = newsroom(deployed, []);

  test('POST /api/editions/{id}/issues hands an issue over to be composed now', async () => {
    const { queues, composeQueue } = deployed();
    const { status, bytes } = await post('/api/editions/daily/issues', { slot: 'extra' });
    expect(bytes.toString()).toContain('"edition":"daily"');
    expect(status).toBe(202);
    expect(queues.take(composeQueue).map((body) => JSON.parse(body).kind)).toEqual(['compose']);
  });

  test('POST /api/editions/{id}/preview makes the tick function render what an issue would be', async () => {
    await post('/api/articles', { ...FERRY, id: 'preview-ferry' });
    await drain();
    const { status, bytes } = await post('/api/editions/daily/preview', { storyIds: ['preview-ferry'] });
    expect(status, bytes.toString()).toBe(200);
    const { html, size } = JSON.parse(bytes.toString());
    expect(html).toContain('Ñandú');
    expect(size).toBeGreaterThan(10_000);
    const calls = deployed().invoked.map(({ name, event }) => [name, event.kind]);
    expect(calls).toEqual([['shipped-tick', 'preview']]);
    expect((await post('/api/editions/daily/preview', { storyIds: ['gone'] })).status).toBe(422);
  });

  test('POST /api/editions/{id}/test mails such a preview to the newsroom', async () => {
    const { requests } = deployed().provider;
    const before = requests.length;
    const body = { to: ['desk@paper.example'], storyIds: ['preview-ferry'] };
    const { status, bytes } = await post('/api/editions/daily/test', body);
    expect(status, bytes.toString()).toBe(202);
    await drain();
    const [request, ...more] = requests.slice(before);
    expect(more).toEqual([]);
    expect(request?.mails.map(({ to, subject }) => [to, subject])).toEqual([
      [['desk@paper.example'], expect.stringMatching(/^\[Test\] /)],
    ]);
  });
}
