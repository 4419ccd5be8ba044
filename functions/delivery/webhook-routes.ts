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

/** The largest body that is read. It is a hundred times the size of an event from Resend. */
export const MAX_WEBHOOK_BYTES = 200_000;
/** The provider is asked to send the event again after this time, in which an operator can fill in the secret. */
const RETRY_SECONDS = 3600;

/**
 * Handles the webhooks by which the mail provider reports on our mails. An event that is not used here is answered with
 * 200 too, because after any other status the provider sends the event again. It makes eight attempts in 28 hours, with
 * the first one. An event that cannot be read may be a bounce. It is refused, so that it comes again.
 */
export function webhookHandler(services: WebhookServices): (context: Context) => Promise<Response> {
  const { config, log, clock } = services;
  const sign = signerOf(config.resendWebhookSecret);

  return async ({ req }) => {
    if (!sign) {
      log.warn(
        'a webhook was refused: RESEND_WEBHOOK_SECRET is not set to the secret that the mail provider shows',
      );
      const detail = 'This installation does not have the secret of its webhooks yet.';
      return problemResponse({ kind: 'busy', detail, retryAfterSeconds: RETRY_SECONDS });
    }
    const request = {
      id: req.header('svix-id'),
      timestamp: req.header('svix-timestamp'),
      signatures: req.header('svix-signature'),
      // The signature covers the bytes as they came. JSON that was parsed and written again would have other bytes, so
      // the body is read as bytes.
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
    log.info('a webhook was ignored', { id, reason: result.ignored });
    return answerJson({ result: 'ignored', reason: result.ignored });
  };
}

/** A webhook as it came. A header is undefined if the request does not have it. */
export type SignedRequest = {
  id: string | undefined;
  timestamp: string | undefined;
  signatures: string | undefined;
  bytes: Buffer;
};
/** The event's id and its JSON. The provider's signature covers both. */
export type Signed = { id: string; body: string };

/** Signs as the provider does. Returns `v1,` and the HMAC of the three values in base64. */
export type Signer = (id: string, time: Date, body: string) => string;

/**
 * How far the time of a webhook may be from now. Resend, Svix and the Standard Webhooks specification all allow five
 * minutes.
 */
const TOLERANCE_SECONDS = 300;
const MOST_CHARACTERS = 256;

/**
 * Returns the signer for the secret that the provider shows (`whsec_…`), or undefined if the text is not such a secret.
 */
export function signerOf(secret: string | undefined): Signer | undefined {
  try {
    const webhook = new Webhook(secret ?? '');
    return (id, time, body) => webhook.sign(id, time, body);
  } catch {
    return undefined;
  }
}

/**
 * Verifies that the provider sent the request just now (https://docs.svix.com/receiving/verifying-payloads/how-manual).
 * The library makes the signature. The signatures are compared and the time is checked here, because the library's own
 * `verify` reads the clock of the machine, which no test can move.
 */
export function verifySigned(sign: Signer, request: SignedRequest, now: number): Outcome<Signed> {
  const { id, timestamp, signatures, bytes } = request;
  if (!id || !timestamp || !signatures)
    return malformed('The request must have the headers svix-id, svix-timestamp and svix-signature.');
  if (id.length > MOST_CHARACTERS)
    return malformed(`svix-id may have at most ${MOST_CHARACTERS} characters.`);
  if (!/^\d{1,12}$/.test(timestamp)) return malformed('svix-timestamp must be a number of seconds.');
  // The signature is made of a text. Bytes that are not UTF-8 would become other characters in it, so they are refused.
  if (!isUtf8(bytes)) return malformed('The body is not UTF-8.');
  const body = bytes.toString();
  const expected = sign(id, new Date(Number(timestamp) * 1000), body);
  // While the secret is being changed there are two signatures: one by the old secret and one by the new one.
  if (!signatures.split(' ').some((signature) => isSame(signature, expected)))
    return refused({ kind: 'unsigned', detail: 'No signature in svix-signature fits this request.' });
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
