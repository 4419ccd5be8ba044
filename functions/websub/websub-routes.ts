import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { plainResponse } from '../shared/problem.ts';
import { type HubServices, takeRequest } from './take-request.ts';

/** Room for the longest topic, callback and secret, percent-encoded, and for parameters that are not ours. */
const MAX_BODY_BYTES = 32_768;
const FORM = 'application/x-www-form-urlencoded';

/** The hub (W3C WebSub, section 5). Answers are for a person who reads the log of a subscriber: plain text. */
export function websubRoutes(services: HubServices): Hono {
  const app = new Hono();
  const limited = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => plainResponse({ kind: 'too-large', limitBytes: MAX_BODY_BYTES }),
  });

  app.post('/websub', limited, async (context) => {
    const got = context.req.header('content-type') ?? '';
    if (got.split(';')[0]?.trim().toLowerCase() !== FORM)
      return plainResponse({ kind: 'unsupported-media-type', got: got || 'not given', allowed: [FORM] });
    const outcome = await takeRequest(services, new URLSearchParams(await context.req.text()));
    if (!outcome.ok) return plainResponse(outcome.refusal);
    return new Response('accepted: the callback will be asked to confirm\n', {
      status: 202,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    });
  });

  app.all('/websub', () => plainResponse({ kind: 'method-not-allowed', allow: 'POST' }));
  return app;
}
