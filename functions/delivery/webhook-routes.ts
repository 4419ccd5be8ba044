import type { Context } from 'hono';
import type { Config } from '../config.ts';
import { answerJson } from '../shared/answer-json.ts';
import { problemResponse } from '../shared/problem.ts';
import { applyEvent, type EventServices } from './apply-event.ts';
import { readMailEvent } from './mail-event.ts';
import { signerOf, verifySigned } from './webhook-signature.ts';

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
