import { describe, expect, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { digestsTo, issue, linkIn, postStory, sendNow, withReaders } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';

const EN = 'en@reader.example';
const DAY = 24 * 3600_000;

describe('an issue', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const leaveBy = (world: World, link: string | undefined, body: string) =>
    world.request(String(/https:\/\/[^/]+(\/[^>]+)>/.exec(String(link))?.[1]), {
      method: 'POST',
      headers: FORM,
      body,
    });

  it.each(['List-Unsubscribe=One-Click', 'scope=all'])(
    'counts a reader once who leaves by its unsubscribe link (%s)',
    async (body) => {
      const world = await withReaders();
      const first = await sendNow(world, 'morning');
      world.pass(DAY);
      await postStory(world);
      const second = await sendNow(world, 'noon');
      const [older, newer] = digestsTo(world, EN).map(({ headers }) => headers['List-Unsubscribe']);
      for (let times = 0; times < 3; times++) expect((await leaveBy(world, newer, body)).status).toBe(200);
      expect((await leaveBy(world, older, body)).status).toBe(200);
      expect((await issue(world, second.id)).unsubscribed).toBe(1);
      expect((await issue(world, first.id)).unsubscribed).toBe(0);
      await storeReader(world, EN);
      await leaveBy(world, newer, body);
      expect((await issue(world, second.id)).unsubscribed).toBe(1);
    },
  );

  it('counts a reader once who leaves its edition on the preferences page, and nobody who leaves another edition there', async () => {
    const world = await withReaders();
    await storeReader(world, 'both@reader.example', { editions: ['daily', 'weekly'] });
    const { id } = await sendNow(world, 'morning');
    const [mail] = digestsTo(world, 'both@reader.example');
    const link = linkIn(mail?.text, '/subscriptions/manage');
    const save = (editions: string[]) => world.request(link, { method: 'POST', body: { editions } });
    expect((await save(['daily'])).status).toBe(200);
    expect((await issue(world, id)).unsubscribed).toBe(0);
    for (let times = 0; times < 2; times++) expect((await save([])).status).toBe(200);
    expect((await issue(world, id)).unsubscribed).toBe(1);
  });
});
