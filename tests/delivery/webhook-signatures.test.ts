import { Resend } from 'resend';
import { describe, expect, it, test } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { issue, sendNow, withReaders } from '../support/newsroom.ts';
import {
  digestOf,
  HARD,
  newEventId,
  post,
  SECRET,
  signature,
  tell,
  told,
  type WebhookOptions,
} from '../support/webhooks.ts';

const OTHER_SECRET = `whsec_${Buffer.from('some other secret of that length').toString('base64')}`;
const config = { resendWebhookSecret: SECRET };
const MINUTE = 60_000;

/**
 * Sends an issue, and makes the event that one of its mails bounced. `changed` returns how many bounces the issue
 * counts.
 */
async function bounced() {
  const world = await withReaders({ config });
  const { id } = await sendNow(world, 'morning');
  const event = told(world, digestOf(world, 'en@reader.example'), 'bounced', HARD);
  const changed = async () => (await issue(world, id)).bounced;
  return { world, event, changed };
}

test("Resend's own client accepts the signatures that these tests make", () => {
  const [id, seconds, body] = ['msg_1', Math.floor(Date.now() / 1000), '{"type":"email.sent"}'];
  const headers = { id, timestamp: String(seconds), signature: signature(SECRET, id, seconds, body) };
  const { webhooks } = new Resend('re_none');
  expect(webhooks.verify({ payload: body, headers, webhookSecret: SECRET })).toEqual({ type: 'email.sent' });
});

describe('POST /webhooks/resend', () => {
  it('accepts an event that is signed', async () => {
    const { world, event, changed } = await bounced();
    const answer = await post(world, event);
    expect([answer.status, await answer.json()]).toEqual([200, { result: 'applied' }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await changed()).toBe(1);
  });

  it('accepts an event with one good signature among several, which Resend sends while the secret is being changed', async () => {
    const { world, event, changed } = await bounced();
    const [id, seconds, body] = [newEventId(), Math.floor(world.now() / 1000), JSON.stringify(event)];
    const [old, current] = [OTHER_SECRET, SECRET].map((secret) => signature(secret, id, seconds, body));
    expect(await tell(world, body, { id, headers: { 'svix-signature': `v1a,zz ${old} ${current}` } })).toBe(
      'applied',
    );
    expect(await changed()).toBe(1);
  });

  const forged: [string, number, (world: World, body: string) => [string, WebhookOptions]][] = [
    ['a signature by another secret', 401, (_, body) => [body, { secret: OTHER_SECRET }]],
    ['a changed body', 401, (world, body) => [body.replace('en@', 'es@'), signed(world, body)]],
    ['the same JSON in other bytes', 401, (world, body) => [`${body} `, signed(world, body)]],
    ['the id of another event', 401, (world, body) => [body, { ...signed(world, body), id: 'msg_other' }]],
    ['another time', 401, (world, body) => [body, { ...signed(world, body), at: world.now() + 1000 }]],
    ['an unknown version of the scheme', 401, (world, body) => [body, unversioned(signed(world, body))]],
    ['no signature', 400, (_, body) => [body, { headers: { 'svix-signature': undefined } }]],
    ['no id', 400, (_, body) => [body, { headers: { 'svix-id': undefined } }]],
    ['no time', 400, (_, body) => [body, { headers: { 'svix-timestamp': undefined } }]],
    ['a time that is no number', 400, (_, body) => [body, { headers: { 'svix-timestamp': 'now' } }]],
    ['a time more than five minutes ago', 400, ({ now }, body) => [body, { at: now() - 5 * MINUTE - 1000 }]],
    [
      'a time more than five minutes ahead',
      400,
      ({ now }, body) => [body, { at: now() + 5 * MINUTE + 1000 }],
    ],
  ];
  it.each(forged)('refuses an event with %s, and changes nothing', async (_, status, forge) => {
    const { world, event, changed } = await bounced();
    const [body, options] = forge(world, JSON.stringify(event));
    const answer = await post(world, body, options);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(world.log.lines.at(-1)).toMatchObject({ level: 'warn', message: 'a webhook was refused' });
    expect(await changed()).toBe(0);
  });

  it('accepts an event that was signed less than five minutes ago, and refuses it a minute later', async () => {
    const { world, event, changed } = await bounced();
    const at = world.now();
    world.pass(4.5 * MINUTE);
    expect(await tell(world, event, { at })).toBe('applied');
    world.pass(MINUTE);
    expect((await post(world, event, { at })).status).toBe(400);
    expect(await changed()).toBe(1);
  });

  it('refuses a body that is too large or is not text', async () => {
    const world = await setUp({ config });
    expect((await post(world, JSON.stringify({ type: 'x'.repeat(200_000) }))).status).toBe(413);
    const answer = await world.request('/webhooks/resend', {
      method: 'POST',
      headers: { 'svix-id': 'a', 'svix-timestamp': String(world.now() / 1000), 'svix-signature': 'v1,a' },
      body: new Uint8Array([0xff, 0xfe]),
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('UTF-8')]);
  });

  it.each([
    ['no secret', undefined],
    ['a secret that is not base64', 'whsec_not base64!'],
  ])('answers 503 and says why in the log while the installation has %s', async (_, resendWebhookSecret) => {
    const world = await setUp({ config: { resendWebhookSecret } });
    const answer = await post(world, { type: 'email.sent' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('3600');
    expect(world.log.lines.at(-1)?.message).toContain('RESEND_WEBHOOK_SECRET');
  });

  it('answers 405 to another method', async () => {
    const answer = await (await setUp({ config })).request('/webhooks/resend');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

/** Returns the options that sign this body, so that a test can send them with another body. */
function signed(world: World, body: string): WebhookOptions {
  const [id, seconds] = ['msg_signed', Math.floor(world.now() / 1000)];
  return { id, headers: { 'svix-signature': signature(SECRET, id, seconds, body) } };
}

function unversioned({ headers, ...options }: WebhookOptions): WebhookOptions {
  return { ...options, headers: { 'svix-signature': headers?.['svix-signature']?.replace('v1,', 'v2,') } };
}
