import { expect, test } from 'vitest';
import { signature } from '../support/webhooks.ts';
import { type Deployment, EDITOR_TOKEN, WEBHOOK_SECRET } from './deployment.ts';
import { request } from './lambda.ts';
import { newsroom } from './newsroom.ts';

/**
 * What the mail provider reports to the shipped public function about the issue that was sent, and what the report
 * changes.
 */
export function webhookTests(deployed: () => Deployment): void {
  const { handles, post } = newsroom(deployed, []);
  const headers = { authorization: `Bearer ${EDITOR_TOKEN}` };
  const read = async (path: string) =>
    JSON.parse((await request(deployed().lambda('Editor'), 'GET', path, { headers })).bytes.toString());

  let events = 0;
  async function tell(type: string, data: object, who: object = {}, secret = WEBHOOK_SECRET) {
    const [mail] = deployed().provider.requests.find(({ key }) => key.startsWith('issue/'))?.mails ?? [];
    const at = new Date(deployed().now()).toISOString();
    const tags = Object.fromEntries(
      mail.tags.map(({ name, value }: Record<string, string>) => [name, value]),
    );
    const told = { email_id: 'm', created_at: at, to: mail.to, tags: { ...tags, ...who }, ...data };
    const body = JSON.stringify({ type: `email.${type}`, created_at: at, data: told });
    const [id, seconds] = [`msg_${++events}`, Math.floor(deployed().now() / 1000)];
    const signed = {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(seconds),
      'svix-signature': signature(secret, id, seconds, body),
    };
    const answer = await request(deployed().lambda('Public'), 'POST', '/webhooks/resend', {
      headers: signed,
      body,
    });
    return [answer.status, JSON.parse(answer.bytes.toString()).result];
  }

  test('POST /webhooks/resend accepts only what is signed', async () => {
    const bounce = { bounce: { type: 'Permanent', subType: 'General', message: 'Buzón “ñ” 📭' } };
    expect(await tell('bounced', bounce, {}, 'whsec_bm90IHRoZSBzZWNyZXQ=')).toEqual([401, undefined]);
    expect(await tell('bounced', bounce)).toEqual([200, 'applied']);
    const soft = { bounce: { type: 'Transient', subType: 'MailboxFull', message: 'full' } };
    for (const [type, data] of [['delivered', {}] as const, ['bounced', soft] as const])
      expect(await tell(type, data)).toEqual([200, 'applied']);
    const [{ id }] = (await read('/api/editions/daily/issues')).issues.filter(
      ({ slot }: { slot: string }) => slot === '2026-11-22-0730',
    );
    expect(await read(`/api/issues/${id}`)).toMatchObject({
      sent: 1,
      bounced: 1,
      delivered: 1,
      softBounced: 1,
    });
  });

  test('complaints stop the edition, and an editor resumes it', async () => {
    for (const subscriber of ['one', 'two'])
      expect(await tell('complained', {}, { subscriber })).toEqual([200, 'applied']);
    const { editions } = await read('/api/editions');
    expect(editions[0]).toMatchObject({ id: 'daily', stopped: { reason: expect.stringContaining('spam') } });
    const messages = deployed().queues.take(deployed().workQueue);
    expect(messages.map((body) => JSON.parse(body).kind)).toEqual(['stop']);
    await handles('Work', messages);
    await deployed().tick();
    const { status, bytes } = await post('/api/editions/daily/resume', {});
    expect([status, JSON.parse(bytes.toString()).stopped]).toEqual([200, null]);
  });
}
