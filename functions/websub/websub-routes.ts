import type { Context } from 'hono';
import { NO_STORE } from '../shared/answer-json.ts';
import { plainResponse } from '../shared/problem.ts';
import { type HubServices, takeRequest } from './take-request.ts';

/** Room for the longest topic, callback and secret when they are percent-encoded, and for unknown parameters. */
export const MAX_HUB_REQUEST_BYTES = 32_768;
const FORM = 'application/x-www-form-urlencoded';

/** Answers requests to the hub (W3C WebSub, section 5) in plain text, for a person who reads a subscriber's log. */
export function hubHandler(services: HubServices): (context: Context) => Promise<Response> {
  return async ({ req }) => {
    const got = req.header('content-type') ?? '';
    if (got.split(';')[0]?.trim().toLowerCase() !== FORM)
      return plainResponse({ kind: 'unsupported-media-type', got: got || 'not given', allowed: [FORM] });
    const outcome = await takeRequest(services, new URLSearchParams(await req.text()));
    if (!outcome.ok) return plainResponse(outcome.refusal);
    return new Response('accepted: the callback will be asked to confirm\n', {
      status: 202,
      headers: { 'content-type': 'text/plain; charset=utf-8', ...NO_STORE },
    });
  };
}
