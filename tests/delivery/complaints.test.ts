import { describe, expect, it } from 'vitest';
import { transact } from '../../functions/adapters/dynamo-client.ts';
import { countedItem } from '../../functions/adapters/dynamo-complaints.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { digestsTo, issue, linkIn, postStory, sendNow, subscribe, withReaders } from '../support/newsroom.ts';
import { digestOf, SECRET, tell, told } from '../support/webhooks.ts';

useDatabase();

const EN = 'en@reader.example';
const DAY = 24 * 3600_000;
const config = { resendWebhookSecret: SECRET };

/** Two readers who got a daily, and what the edition had accepted before in batches that are not of this test. */
async function editionOf(readers: number, options: Parameters<typeof setUp>[0] = {}): Promise<World> {
  const world = await withReaders({ config, ...options });
  await sendNow(world, 'morning');
  await acceptedToo(world, readers - 2);
  return world;
}

async function acceptedToo(world: World, readers: number): Promise<void> {
  const at = new Date(world.now()).toISOString();
  await transact(world.table, [countedItem(world.table.name, 'daily', at, 'accepted', readers)]);
}

let complaints = 0;
/** Of readers who got the same issue as the two, each another one. */
async function complain(world: World, times: number): Promise<void> {
  const mail = digestOf(world, EN);
  const tags = Object.fromEntries(mail.tags.map(({ name, value }) => [name, value]));
  for (let n = 0; n < times; n++) {
    const subscriber = `complaining-${++complaints}`;
    await tell(
      world,
      told(world, mail, 'complained', {
        to: [`${subscriber}@reader.example`],
        tags: { ...tags, subscriber },
      }),
    );
  }
}

const edition = async (world: World, id = 'daily') => {
  const { editions } = (await (await world.edit('GET', '/api/editions')).json()) as {
    editions: { id: string; stopped: unknown; complaints: unknown }[];
  };
  return editions.find((each) => each.id === id);
};
const errors = (world: World) =>
  world.log.lines.filter(({ level }) => level === 'error').map(({ message }) => message);

const ALARM = 'many readers of an edition report it as spam';
const STOP = 'an edition was stopped: too many of its readers report it as spam';

describe('complaints about an edition', () => {
  it('are counted against the mails that the provider accepted within seven days', async () => {
    const world = await editionOf(5000);
    await complain(world, 3);
    expect(await edition(world)).toMatchObject({
      stopped: null,
      complaints: { accepted: 5000, complained: 3 },
    });
    world.pass(7 * DAY - 3600_000);
    expect(await edition(world)).toMatchObject({ complaints: { accepted: 5000, complained: 3 } });
    world.pass(2 * 3600_000);
    expect(await edition(world)).toMatchObject({ complaints: { accepted: 0, complained: 0 } });
    expect(await edition(world, 'weekly')).toMatchObject({ complaints: { accepted: 0, complained: 0 } });
  });

  it('raise the alarm above 0.1 %, once until the rate was lower', async () => {
    const world = await editionOf(3000);
    await complain(world, 3);
    expect(errors(world)).toEqual([]);
    await complain(world, 3);
    expect(errors(world)).toEqual([ALARM]);
    await acceptedToo(world, 10_000);
    await complain(world, 1);
    expect(errors(world)).toEqual([ALARM]);
    await complain(world, 7);
    expect(errors(world)).toEqual([ALARM, ALARM]);
    expect(await edition(world)).toMatchObject({ stopped: null });
  });

  it('stop the edition above 0.3 %', async () => {
    const world = await editionOf(600);
    await complain(world, 1);
    expect(await edition(world)).toMatchObject({ stopped: null });
    await complain(world, 1);
    expect(errors(world)).toEqual([ALARM, STOP]);
    expect(await edition(world)).toMatchObject({
      stopped: { at: new Date(world.now()).toISOString(), reason: '2 of 600 readers reported it as spam' },
    });
    expect(await edition(world, 'weekly')).toMatchObject({ stopped: null });
  });

  it('stop a small edition with the first', async () => {
    const world = await editionOf(200);
    await complain(world, 1);
    expect(errors(world)).toEqual([STOP]);
    expect(await edition(world)).toMatchObject({
      stopped: { reason: '1 of 200 readers reported it as spam' },
    });
  });

  it('stop nothing at exactly 0.3 %', async () => {
    const world = await editionOf(1000);
    await complain(world, 3);
    expect(await edition(world)).toMatchObject({ stopped: null });
  });

  it('that come before their batch is settled wait for it', async () => {
    const world = await editionOf(2);
    world.pass(30 * DAY);
    await complain(world, 3);
    expect(await edition(world)).toMatchObject({ stopped: null });
  });
});

describe('an edition that was stopped', () => {
  /** Stopped while an issue is under way of which nobody has a mail yet. */
  async function stopped() {
    const world = await editionOf(600);
    await postStory(world);
    await postStory(world, { language: 'es' });
    const answer = await world.edit('POST', '/api/editions/daily/issues', { slot: 'noon' });
    const { id } = (await answer.json()) as { id: string };
    return { world, id };
  }

  it('sends nothing more of an issue under way, though the message that says so is lost', async () => {
    const { world, id } = await stopped();
    world.pass(1000);
    await world.services.issues.get({ edition: 'daily', slot: 'noon' });
    const halfWay = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'send' } });
    await halfWay.sweep();
    await halfWay.queue.drain();
    expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 2, sent: 0 });
    await complain(await setUp({ sharing: world, config, faults: { lose: () => true } }), 2);
    await world.sweep();
    await world.queue.drain();
    expect(await issue(world, id)).toMatchObject({
      state: 'stopped',
      sent: 0,
      reason: expect.stringMatching(
        /^its edition was stopped at 2026-.*: 2 of 600 readers reported it as spam$/,
      ),
    });
    expect(digestsTo(world, EN)).toHaveLength(1);
  });

  it('skips issues that come due, and tells why', async () => {
    const { world } = await stopped();
    await complain(world, 2);
    await world.startEdition('daily', '2026-11-23T12:30:00.000Z');
    await world.queue.drain();
    expect(await issue(world, 'daily.2026-11-23-0730')).toMatchObject({
      state: 'skipped',
      reason: expect.stringContaining('reported it as spam'),
    });
    const weekly = await sendNow(world, 'weekly', 'weekly');
    expect(weekly.reason ?? '').not.toContain('spam');
  });

  it('goes on once an editor resumes it, first the edition and then its issues', async () => {
    const { world, id } = await stopped();
    const halfWay = await setUp({ sharing: world, config, faults: { lose: ({ kind }) => kind === 'send' } });
    await halfWay.sweep();
    await halfWay.queue.drain();
    await complain(world, 2);
    await world.queue.drain();
    expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(409);
    const resumed = await world.edit('POST', '/api/editions/daily/resume');
    expect([resumed.status, await resumed.json()]).toEqual([200, expect.objectContaining({ stopped: null })]);
    expect((await world.edit('POST', '/api/editions/daily/resume')).status).toBe(409);
    expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(202);
    await world.sweep();
    await world.queue.drain();
    expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 2 });
  });

  it('is not stopped again by the same complaints, nor by later ones about mails from before', async () => {
    const { world } = await stopped();
    await complain(world, 5);
    world.pass(60_000);
    await world.edit('POST', '/api/editions/daily/resume');
    expect(await edition(world)).toMatchObject({ complaints: { accepted: 0, complained: 0 } });
    const mail = told(world, digestOf(world, EN), 'complained');
    const mailedBefore = new Date(world.now() - 30_000).toISOString();
    await acceptedToo(world, 600);
    for (let n = 0; n < 5; n++) {
      const tags = { ...(mail.data.tags as object), subscriber: `late-${n}` };
      await tell(world, {
        ...mail,
        data: { ...mail.data, created_at: mailedBefore, to: [`l${n}@x.example`], tags },
      });
    }
    expect(await edition(world)).toMatchObject({
      stopped: null,
      complaints: { accepted: 600, complained: 0 },
    });
    world.pass(60_000);
    await complain(world, 2);
    expect(await edition(world)).toMatchObject({
      stopped: { reason: '2 of 600 readers reported it as spam' },
    });
  });

  it('is resumed only by a token that may send', async () => {
    const { world } = await stopped();
    const made = await world.edit('POST', '/api/tokens', { name: 'reads', scopes: ['editions:read'] });
    const { token } = (await made.json()) as { token: string };
    const answer = await world.request('/api/editions/daily/resume', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(403);
    expect((await world.edit('POST', '/api/editions/monthly/resume')).status).toBe(404);
    expect((await world.edit('GET', '/api/editions/daily/resume')).status).toBe(405);
  });
});

describe('a link of an issue', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const leaveBy = (world: World, link: string | undefined, body: string) =>
    world.request(String(/https:\/\/[^/]+(\/[^>]+)>/.exec(String(link))?.[1]), {
      method: 'POST',
      headers: FORM,
      body,
    });

  it.each(['List-Unsubscribe=One-Click', 'scope=all'])(
    'counts a reader who leaves by it (%s) once',
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
      await subscribe(world, EN);
      await leaveBy(world, newer, body);
      expect((await issue(world, second.id)).unsubscribed).toBe(1);
    },
  );

  it('counts a reader too who leaves by the preferences: its edition, and not another', async () => {
    const world = await withReaders();
    await subscribe(world, 'both@reader.example', { editions: ['daily', 'weekly'] });
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
