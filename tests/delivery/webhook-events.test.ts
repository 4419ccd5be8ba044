import { describe, expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import type { World } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow, subscribe, withReaders } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { digestOf, HARD, newEventId, SECRET, SOFT, tell, told } from '../support/webhooks.ts';

const EN = 'en@reader.example';
const ES = 'es@reader.example';
const DAY = 24 * 3600_000;
const CLICK = { click: { ipAddress: '203.0.113.7', link: 'https://paper.example/', userAgent: 'x' } };

async function withIssue() {
  const world = await withReaders({ config: { resendWebhookSecret: SECRET } });
  world.pass(60_000);
  const { id } = await sendNow(world, 'morning');
  return { world, id, mail: digestOf(world, EN), view: () => issue(world, id) };
}

/** Sends an issue a day later, with a new story in each language. */
async function nextIssue(world: World, edition = 'daily') {
  world.pass(DAY);
  await postStory(world);
  await postStory(world, { language: 'es' });
  return sendNow(world, `next-${world.now()}`, edition);
}

const suppressionOf = async (world: World, address: string) =>
  (await world.services.subscribers.suppressions([addressHash(address)])).get(addressHash(address));

async function logOf(world: World, address: string) {
  const id = await world.services.subscribers.idByAddress(addressHash(address));
  return (await world.services.subscribers.consentLog({ id: id ?? '' })).map(({ what, detail }) => [
    what,
    detail,
  ]);
}

describe('the counters of an issue', () => {
  it('count what the provider reports about its mails, each reader once', async () => {
    const { world, mail, view } = await withIssue();
    const other = digestOf(world, ES);
    await tell(world, told(world, mail, 'sent'));
    await tell(world, told(world, other, 'delivery_delayed'));
    for (const each of [mail, other]) await tell(world, told(world, each, 'delivered'));
    for (let times = 0; times < 3; times++) {
      await tell(world, told(world, mail, 'opened'));
      await tell(world, told(world, mail, 'clicked', CLICK));
    }
    await tell(world, told(world, other, 'complained'));
    expect(await view()).toMatchObject({
      planned: 2,
      sent: 2,
      failed: 0,
      delivered: 2,
      opened: 1,
      clicked: 1,
      complained: 1,
      bounced: 0,
      softBounced: 0,
      refused: 0,
      unsubscribed: 0,
    });
  });

  it('distinguish hard bounces, soft bounces, and mails that the provider did not try to send', async () => {
    const { world, view } = await withIssue();
    await tell(world, told(world, digestOf(world, EN), 'bounced', HARD));
    await tell(world, told(world, digestOf(world, EN), 'bounced', SOFT));
    await tell(world, told(world, digestOf(world, ES), 'failed', { failed: { reason: 'no such domain' } }));
    expect(await view()).toMatchObject({ bounced: 1, softBounced: 1, refused: 1 });
    expect(world.log.lines.at(-1)).toMatchObject({ level: 'warn', fields: { reason: 'no such domain' } });
  });

  it('count a webhook once that comes twenty times at the same moment', async () => {
    const { world, mail, view } = await withIssue();
    const id = newEventId();
    const event = told(world, mail, 'complained');
    const results = await Promise.all(Array.from({ length: 20 }, () => tell(world, event, { id })));
    expect(results.filter((result) => result === 'applied')).toHaveLength(1);
    expect(results.filter((result) => result === 'known')).toHaveLength(19);
    expect((await view()).complained).toBe(1);
    expect((await logOf(world, EN)).filter(([what]) => what === 'suppressed')).toHaveLength(1);
  });

  it('count a reader once who causes twenty events at the same moment', async () => {
    const { world, mail, view } = await withIssue();
    const event = told(world, mail, 'opened');
    await Promise.all(Array.from({ length: 20 }, () => tell(world, event)));
    expect((await view()).opened).toBe(1);
  });

  it('understand tags in a list too, which is how mails get them', async () => {
    const { world, mail, view } = await withIssue();
    await tell(world, told(world, mail, 'delivered', { tags: mail.tags }));
    expect((await view()).delivered).toBe(1);
  });

  it('do not count a mail of more than sixty days ago, but a complaint of its reader still suppresses the address', async () => {
    const { world, mail, view } = await withIssue();
    const mailed = { created_at: new Date(world.now()).toISOString() };
    world.pass(60 * DAY);
    await tell(world, told(world, mail, 'opened', mailed));
    expect((await view()).opened).toBe(1);
    world.pass(60_000);
    expect(await tell(world, told(world, mail, 'complained', mailed))).toBe('applied');
    expect((await view()).complained).toBe(0);
    expect(await suppressionOf(world, EN)).toMatchObject({ reason: 'complained' });
  });

  it('count the mail of a reader who has been erased since', async () => {
    const { world, mail, view } = await withIssue();
    const tags = {
      ...Object.fromEntries(mail.tags.map(({ name, value }) => [name, value])),
      subscriber: 'gone',
    };
    expect(await tell(world, told(world, mail, 'complained', { tags, to: ['gone@reader.example'] }))).toBe(
      'applied',
    );
    expect((await view()).complained).toBe(1);
    expect(await suppressionOf(world, 'gone@reader.example')).toMatchObject({ reason: 'complained' });
    expect((await logOf(world, EN)).map(([what]) => what)).toEqual(['confirmed']);
  });
});

describe('an address that must not be mailed', () => {
  it('gets no mail of any edition from the next batch on, if a mail to it bounced', async () => {
    const world = await withReaders({ config: { resendWebhookSecret: SECRET } });
    await storeReader(world, 'both@reader.example', { editions: ['daily', 'weekly'] });
    await sendNow(world, 'morning');
    await tell(world, told(world, digestOf(world, 'both@reader.example'), 'bounced', HARD));
    expect(await nextIssue(world)).toMatchObject({ planned: 3, sent: 2, left: 1 });
    expect((await nextIssue(world, 'weekly')).sent).toBe(0);
    expect(digestsTo(world, 'both@reader.example')).toHaveLength(1);
    expect(digestsTo(world, EN)).toHaveLength(2);
    expect(await logOf(world, 'both@reader.example')).toContainEqual(['suppressed', 'bounced']);
  });

  it.each([
    ['complained', {}, 'complained'],
    ['suppressed', { suppressed: { type: 'OnAccountSuppressionList', message: 'on the list' } }, 'refused'],
    ['bounced', { bounce: { type: 'permanent', subType: 'General', message: 'none' } }, 'bounced'],
  ])('gets no mail after the event email.%s either', async (type, data, reason) => {
    const { world, mail } = await withIssue();
    await tell(world, told(world, mail, type, data));
    expect(await suppressionOf(world, EN)).toMatchObject({ reason });
    // One complaint of two readers stops the edition as well.
    if (type === 'complained') await world.edit('POST', '/api/editions/daily/resume');
    expect(await nextIssue(world)).toMatchObject({ sent: 1, left: 1 });
    expect(digestsTo(world, EN)).toHaveLength(1);
  });

  it('is noticed when a letter to it bounces', async () => {
    const { world } = await withIssue();
    const form = { email: EN, editions: ['weekly'], language: 'en' };
    await world.request('/subscriptions', { method: 'POST', body: form });
    await world.queue.drain();
    const letter = world.mails.at(-1);
    if (letter?.to !== EN) throw new Error('no confirmation was mailed');
    expect(await tell(world, told(world, letter, 'bounced', HARD))).toBe('applied');
    expect(await nextIssue(world)).toMatchObject({ sent: 1, left: 1 });
  });

  it('is not stored in the reason of its suppression', async () => {
    const { world, mail } = await withIssue();
    const message = `550 5.1.1 <${EN}>: no such mailbox ${EN}`;
    await tell(world, told(world, mail, 'bounced', { bounce: { ...HARD.bounce, message } }));
    expect(await suppressionOf(world, EN)).toMatchObject({
      detail: 'Permanent: General: 550 5.1.1 <…>: no such mailbox …',
    });
  });

  it('is the address that was mailed, and not the new address of its reader', async () => {
    const { world, mail } = await withIssue();
    await tell(world, told(world, mail, 'bounced', { ...HARD, to: ['former@reader.example'] }));
    expect(await nextIssue(world)).toMatchObject({ sent: 2 });
  });

  it('is noticed even if the provider writes its domain in ASCII', async () => {
    const { world } = await withIssue();
    await storeReader(world, 'ana@señal.example');
    await nextIssue(world);
    await tell(world, told(world, digestOf(world, 'ana@xn--seal-hqa.example'), 'bounced', HARD));
    expect(await nextIssue(world)).toMatchObject({ planned: 3, sent: 2, left: 1 });
  });

  it('can be mailed once its reader has confirmed again, and an older bounce that comes late changes nothing', async () => {
    const { world, mail } = await withIssue();
    const bounce = told(world, mail, 'bounced', HARD);
    const complaint = told(world, mail, 'complained');
    world.pass(3600_000);
    await subscribe(world, EN);
    await tell(world, bounce);
    expect(await suppressionOf(world, EN)).toBeUndefined();
    await tell(world, complaint);
    expect(await suppressionOf(world, EN)).toMatchObject({ reason: 'complained' });
  });
});

describe('an address with soft bounces', () => {
  const bounceDaily = async (world: World, days: number, data: object = SOFT) => {
    for (let day = 0; day < days; day++) {
      await tell(
        world,
        told(world, digestOf(world, EN), 'bounced', { ...data, email_id: `mail-${world.now()}` }),
      );
      world.pass(DAY);
    }
  };

  it('is suppressed after five or more bounces in a row over ten days', async () => {
    const { world } = await withIssue();
    await bounceDaily(world, 10);
    expect(await suppressionOf(world, EN)).toBeUndefined();
    await bounceDaily(world, 1);
    expect(await suppressionOf(world, EN)).toMatchObject({
      reason: 'bounced',
      detail: '11 mails in a row bounced; the last reason was: Transient: MailboxFull: The mailbox is full',
    });
    expect(await logOf(world, EN)).toContainEqual(['suppressed', 'bounced']);
  });

  it('is not suppressed after four bounces, however long they take', async () => {
    const { world } = await withIssue();
    for (let week = 0; week < 4; week++) {
      await bounceDaily(world, 1);
      world.pass(6 * DAY);
    }
    expect(await suppressionOf(world, EN)).toBeUndefined();
  });

  it('is not suppressed for bounces before a delivery, even if an older delivery is reported after that one', async () => {
    const { world, mail } = await withIssue();
    const start = world.now();
    const on = async (days: number, type: string, data = {}) => {
      const created_at = new Date(start + days * DAY).toISOString();
      const event = told(world, mail, type, { ...data, email_id: `mail-${days}`, created_at });
      await tell(world, { ...event, created_at });
    };
    world.pass(13 * DAY);
    await on(0, 'bounced', SOFT);
    await on(12, 'delivered');
    await on(1, 'delivered');
    for (const days of [1.2, 3, 6, 9, 11.5]) await on(days, 'bounced', SOFT);
    expect(await suppressionOf(world, EN)).toBeUndefined();
  });

  it('has its bounces counted from the beginning after a mail is delivered', async () => {
    const { world, mail } = await withIssue();
    await bounceDaily(world, 10);
    await tell(world, told(world, mail, 'delivered'));
    world.pass(1000);
    await bounceDaily(world, 10);
    expect(await suppressionOf(world, EN)).toBeUndefined();
  });

  it('has each mail counted once, and no mail counted that was refused for its content', async () => {
    const { world, mail } = await withIssue();
    for (let day = 0; day < 12; day++) {
      await tell(world, told(world, mail, 'bounced', SOFT));
      world.pass(DAY);
    }
    await bounceDaily(world, 12, { bounce: { type: 'Transient', subType: 'MessageTooLarge', message: '' } });
    expect(await suppressionOf(world, EN)).toBeUndefined();
  });
});

describe('a webhook that Broadsheet cannot use', () => {
  it.each([
    ['of another type', { type: 'domain.created', data: { name: 'paper.example' } }, /domain\.created/],
    ['of a mail of somebody else', { type: 'email.bounced', data: { to: [EN], ...HARD } }, /tags/],
    ['of an unknown issue', { type: 'email.bounced', data: mailOf('1999'), ...HARD }, /daily\.1999/],
    ['of an impossible slot', { type: 'email.bounced', data: mailOf('../x') }, /tags/],
    [
      'that is very old',
      { type: 'email.bounced', created_at: '2026-10-01T00:00:00Z', data: mailOf('x') },
      /2026-10/,
    ],
  ])('is answered 200 and named in the log: an event %s', async (_, event, reason) => {
    const { world } = await withIssue();
    expect(await tell(world, event)).toBe('ignored');
    expect(world.log.lines.at(-1)).toMatchObject({ level: 'info', message: 'a webhook was ignored' });
    expect(String(world.log.lines.at(-1)?.fields?.reason)).toMatch(reason);
    expect(await suppressionOf(world, EN)).toBeUndefined();
  });
});

function mailOf(slot: string) {
  return { to: [EN], tags: { edition: 'daily', slot, subscriber: 'id-1', batch: '0-0' } };
}
