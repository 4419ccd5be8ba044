import { createHmac } from 'node:crypto';
import type { World } from './installation.ts';
import type { TakenMail } from './provider.ts';

/** Makes what Resend posts to us, signed as Resend signs. */

export const SECRET = `whsec_${Buffer.from('the-secret-of-the-webhook-tests!').toString('base64')}`;

export type Told = { type: string; created_at: string; data: Record<string, unknown> };
export type WebhookOptions = {
  id?: string;
  secret?: string;
  /** The time of the signature in milliseconds. Unset: the present time of the world. */
  at?: number;
  /** Headers that are sent instead of those that belong to the body. */
  headers?: Record<string, string | undefined>;
};

let events = 0;

/**
 * Signs by the scheme of https://docs.svix.com/receiving/verifying-payloads/how-manual, without the library that checks
 * it.
 */
export function signature(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

export function newEventId(): string {
  events += 1;
  return `msg_${String(events).padStart(6, '0')}`;
}

/** Makes an event about a mail that the provider took. `data` has the fields that this type adds. */
export function told(world: World, mail: TakenMail, type: string, data: Record<string, unknown> = {}): Told {
  const at = new Date(world.now()).toISOString();
  return {
    type: `email.${type}`,
    created_at: at,
    data: {
      created_at: at,
      email_id: mail.id,
      message_id: `<${mail.id}@provider.example>`,
      from: mail.from,
      to: [mail.to],
      subject: mail.subject,
      tags: Object.fromEntries(mail.tags.map(({ name, value }) => [name, value])),
      ...data,
    },
  };
}

export const HARD = { bounce: { type: 'Permanent', subType: 'General', message: 'No such mailbox' } };
export const SOFT = { bounce: { type: 'Transient', subType: 'MailboxFull', message: 'The mailbox is full' } };

export async function post(world: World, event: unknown, options: WebhookOptions = {}): Promise<Response> {
  const { id = newEventId(), secret = SECRET, at = world.now(), headers = {} } = options;
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const seconds = Math.floor(at / 1000);
  const all = {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(seconds),
    'svix-signature': signature(secret, id, seconds, body),
    ...headers,
  };
  const given = Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined);
  return world.request('/webhooks/resend', { method: 'POST', headers: Object.fromEntries(given), body });
}

/** Posts an event, which must be answered 200. Returns the result in the answer. */
export async function tell(world: World, event: unknown, options: WebhookOptions = {}): Promise<string> {
  const answer = await post(world, event, options);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { result: string }).result;
}

/** Returns the last digest that an address got. */
export function digestOf(world: World, email: string): TakenMail {
  const mail = world.mails.findLast(({ to, key }) => to === email && key.startsWith('issue/'));
  if (!mail) throw new Error(`${email} got no digest`);
  return mail;
}
