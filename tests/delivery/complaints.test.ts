import { describe, expect, it } from 'vitest';
import { countedItem } from '../../functions/adapters/dynamo/dynamo-complaints.ts';
import { transact } from '../../functions/adapters/dynamo/dynamo-requests.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow, withReaders } from '../support/newsroom.ts';
import { addReaders } from '../support/readers.ts';
import { digestOf, SECRET, tell, told } from '../support/webhooks.ts';

const EN = 'en@reader.example';
const DAY = 24 * 3600_000;
const config = { resendWebhookSecret: SECRET };

/** Sends the daily to two readers, and counts more mails as accepted, so that the edition has `readers` of them. */
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
/** Reports complaints about the issue, each by another reader. */
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
  it('are counted for seven days, and so are the mails that the provider accepted', async () => {
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

  it('raise the alarm once above 0.1 %, and again only after the rate was lower', async () => {
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

  it('stop a small edition at the first complaint', async () => {
    const world = await editionOf(200);
    await complain(world, 1);
    expect(errors(world)).toEqual([STOP]);
    expect(await edition(world)).toMatchObject({
      stopped: { reason: '1 of 200 readers reported it as spam' },
    });
  });

  it('do not stop the edition at exactly 0.3 %', async () => {
    const world = await editionOf(1000);
    await complain(world, 3);
    expect(await edition(world)).toMatchObject({ stopped: null });
  });

  it('do not stop the edition if no mail counts as accepted, because the answer to their batch may still come', async () => {
    const world = await editionOf(2);
    world.pass(30 * DAY);
    await complain(world, 3);
    expect(await edition(world)).toMatchObject({ stopped: null });
  });
});

describe('an issue that is being sent', () => {
  /** Sends a daily for 400 readers. The first hundred have their mail, and the other batches wait. */
  async function underWay(): Promise<{ world: World; id: string }> {
    const world = await setUp({ config });
    await addReaders(world, 400);
    await postStory(world);
    let sends = 0;
    const lose = ({ kind }: Message) => kind === 'send' && ++sends > 1;
    const first = await setUp({ sharing: world, config, faults: { lose } });
    const { id } = await sendNow(first, 'morning');
    expect(await issue(world, id)).toMatchObject({ state: 'sending', planned: 400, sent: 100 });
    return { world, id };
  }
  const complainOne = async (world: World, reader: number) =>
    tell(world, told(world, digestOf(world, `reader-${reader}@reader.example`), 'complained'));
  const readersOf = (world: World) => world.mails.map(({ to }) => Number(/\d+/.exec(to)?.[0]));

  it('is not stopped by one complaint from the first hundred readers, because the readers of the next minutes count too', async () => {
    const { world, id } = await underWay();
    const [one = 0, two = 0] = readersOf(world);
    await complainOne(world, one);
    expect(errors(world)).toEqual([ALARM]);
    expect(await edition(world)).toMatchObject({ stopped: null });
    await complainOne(world, two);
    expect(await edition(world)).toMatchObject({
      stopped: { reason: '2 of 400 readers reported it as spam' },
    });
    expect(await issue(world, id)).toMatchObject({ sent: 100 });
  });

  it('does not count readers whose own hour is still to come', async () => {
    const world = await setUp({ config: { ...config, ...withEditions({ readerHour: true }) } });
    await addReaders(world, 150, (index) => (index < 100 ? {} : { timeZone: 'Pacific/Honolulu' }));
    await postStory(world);
    await world.tick();
    world.pass(1800_000);
    await world.tick();
    await world.queue.drain();
    expect(world.mails).toHaveLength(100);
    await complainOne(world, 7);
    expect(await edition(world)).toMatchObject({
      stopped: { reason: '1 of 100 readers reported it as spam' },
    });
  });

  it('is stopped before its next batch, even if the message that stops it is lost', async () => {
    const { world, id } = await underWay();
    const deaf = await setUp({ sharing: world, config, faults: { lose: ({ kind }) => kind === 'stop' } });
    for (const reader of readersOf(world).slice(0, 2)) await complainOne(deaf, reader);
    const [ref] = await world.services.issues.open();
    if (!ref) throw new Error('no issue is open');
    const due = await world.services.delivery.due(ref, world.now(), 100);
    expect(due.length).toBe(3);
    await deaf.queue.send(due.map((batch) => ({ kind: 'send', ...ref, batch })));
    await deaf.queue.drain();
    expect(world.mails).toHaveLength(100);
    expect(await issue(world, id)).toMatchObject({ state: 'stopped', sent: 100 });
  });
});

describe('an edition that was stopped', () => {
  /** Makes an edition with an issue that is being sent and has reached nobody yet. The tests stop the edition. */
  async function stopped() {
    const world = await editionOf(600);
    await postStory(world);
    await postStory(world, { language: 'es' });
    const answer = await world.edit('POST', '/api/editions/daily/issues', { slot: 'noon' });
    const { id } = (await answer.json()) as { id: string };
    return { world, id };
  }

  it('sends nothing more of its issues, even if the message that stops them is lost', async () => {
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
        /^its edition was stopped at 2026-.*: 2 of 602 readers reported it as spam$/,
      ),
    });
    expect(digestsTo(world, EN)).toHaveLength(1);
  });

  it('skips the issues that become due, with the reason', async () => {
    const { world } = await stopped();
    await complain(world, 2);
    await world.tick();
    world.time.now = Date.parse('2026-11-23T12:30:00.000Z');
    await world.tick();
    await world.queue.drain();
    expect(await issue(world, 'daily.2026-11-23-0730')).toMatchObject({
      state: 'skipped',
      reason: expect.stringContaining('reported it as spam'),
    });
    const weekly = await sendNow(world, 'weekly', 'weekly');
    expect(weekly.reason ?? '').not.toContain('spam');
  });

  it('goes on when an editor resumes first the edition and then its issue', async () => {
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

  it('is not stopped again after it is resumed, by the same complaints or by new ones about older mails', async () => {
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

  it('can be resumed only with a token that may send', async () => {
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
