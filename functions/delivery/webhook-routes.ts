import { isUtf8 } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { Webhook } from 'standardwebhooks';
import type { Config } from '../config.ts';
import { answerJson } from '../shared/answer-json.ts';
import { problemResponse } from '../shared/problem.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { applyEvent, type EventServices } from './apply-event.ts';
import { readMailEvent } from './mail-event.ts';

export type WebhookServices = EventServices & { config: Config };

/** A hundred times what an event of Resend's has. */
export const MAX_WEBHOOK_BYTES = 200_000;
/** What an operator needs to fill in a secret. */
const RETRY_SECONDS = 3600;

/**
 * What the mail provider tells of our mails. An event that is of no use here is answered with 200 too: after any other
 * status the provider tells it again, for a day. One that cannot be read is to be told again: it may be a bounce.
 */
export function webhookHandler(services: WebhookServices): (context: Context) => Promise<Response> {
  const { config, log, clock } = services;
  const sign = signerOf(config.resendWebhookSecret);

  return async ({ req }) => {
    if (!sign) {
      log.warn(
        'a webhook was not taken: RESEND_WEBHOOK_SECRET is not set to the secret that the provider shows',
      );
      const detail = 'This installation does not have the secret of its webhooks yet.';
      return problemResponse({ kind: 'busy', detail, retryAfterSeconds: RETRY_SECONDS });
    }
    const request = {
      id: req.header('svix-id'),
      timestamp: req.header('svix-timestamp'),
      signatures: req.header('svix-signature'),
      // As they came: JSON that was read and written again has another signature.
      bytes: Buffer.from(await req.arrayBuffer()),
    };
    const signed = verifySigned(sign, request, clock());
    if (!signed.ok) {
      log.warn('a webhook was refused', { id: request.id?.slice(0, 100), refusal: signed.refusal });
      return problemResponse(signed.refusal);
    }
    const { id, body } = signed.value;
    const event = readMailEvent(id, body, clock());
    if ('unreadable' in event) {
      log.error('a webhook that the mail provider signed could not be read', {
        id,
        reason: event.unreadable,
        bytes: request.bytes.length,
      });
      return problemResponse({ kind: 'malformed', detail: event.unreadable });
    }
    const result = 'ignored' in event ? event : await applyEvent(services, event);
    if (typeof result === 'string') return answerJson({ result });
    log.info('a webhook is of no use here', { id, reason: result.ignored });
    return answerJson({ result: 'ignored', reason: result.ignored });
  };
}

/** A webhook as it came. The headers are undefined where they are not there. */
export type SignedRequest = {
  id: string | undefined;
  timestamp: string | undefined;
  signatures: string | undefined;
  bytes: Buffer;
};
/** The event's id and its JSON, which are the provider's word. */
export type Signed = { id: string; body: string };

/** Signs as the provider does: `v1,` and the HMAC, in base64, of these three. */
export type Signer = (id: string, time: Date, body: string) => string;

/** Resend, Svix and the Standard Webhooks specification all say five minutes. */
const TOLERANCE_SECONDS = 300;
const MOST_CHARACTERS = 256;

/** The secret as the provider shows it, `whsec_…`; undefined where it is none. */
export function signerOf(secret: string | undefined): Signer | undefined {
  try {
    const webhook = new Webhook(secret ?? '');
    return (id, time, body) => webhook.sign(id, time, body);
  } catch {
    return undefined;
  }
}

/**
 * Whether a request is the provider's, made just now (https://docs.svix.com/receiving/verifying-payloads/how-manual).
 * The library signs. What it signs is compared here, and the time judged, since its own `verify` reads the clock of the
 * machine, which no test can move.
 */
export function verifySigned(sign: Signer, request: SignedRequest, now: number): Outcome<Signed> {
  const { id, timestamp, signatures, bytes } = request;
  if (!id || !timestamp || !signatures)
    return malformed('It must have the headers svix-id, svix-timestamp and svix-signature.');
  if (id.length > MOST_CHARACTERS)
    return malformed(`svix-id may have at most ${MOST_CHARACTERS} characters.`);
  if (!/^\d{1,12}$/.test(timestamp)) return malformed('svix-timestamp must be a number of seconds.');
  // Bytes that are no text would be signed as others than they are.
  if (!isUtf8(bytes)) return malformed('The body is not UTF-8.');
  const body = bytes.toString();
  const expected = sign(id, new Date(Number(timestamp) * 1000), body);
  // There are two while the secret is being changed: by the old one and by the new.
  if (!signatures.split(' ').some((signature) => isSame(signature, expected)))
    return refused({ kind: 'unsigned', detail: 'No signature in svix-signature is that of this request.' });
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    return malformed(`svix-timestamp is more than ${TOLERANCE_SECONDS} seconds from now.`);
  return done({ id, body });
}

function malformed(detail: string): Outcome<Signed> {
  return refused({ kind: 'malformed', detail });
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
