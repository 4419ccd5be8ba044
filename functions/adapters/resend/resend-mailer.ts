import { Resend } from 'resend';
import type { Mail, Mailer, SendOutcome } from '../../delivery/mailer.ts';
import { LONGEST_HOLD } from '../../delivery/pace.ts';
import { asciiJson } from '../../mails/placeholders.ts';
import { parseNamedAddress, writtenAddress } from '../../shared/named-address.ts';
import { withoutAddresses } from '../../subscribers/email-address.ts';

type Options = {
  apiKey: string;
  /** Address of another server with the same API. Without it, Resend itself is called. */
  baseUrl?: string | undefined;
  timeoutMilliseconds?: number;
};

/**
 * How long a request may take. Together with the wait for a turn, this is shorter than the time for which a batch is
 * claimed. So the process that has claimed the batch knows whether there is an answer before another process may claim
 * it.
 */
const TIMEOUT_MILLISECONDS = 45_000;
/** The wait after a 429 that does not say how long to wait. */
const DEFAULT_WAIT_SECONDS = 5;

/** Wraps the `resend` client, and adds what it lacks: a timeout, and an answer that says what may be done next. */
export function resendMailer({
  apiKey,
  baseUrl,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
}: Options): Mailer {
  const resend = new Resend(apiKey, baseUrl ? { baseUrl } : {});
  // Buffers of earlier requests that can be used again. There are as many as there were requests at the same time.
  const spares: Buffer<ArrayBuffer>[] = [];
  return {
    async send(mails, key) {
      // The client silently leaves out an empty key, and Resend refuses a request with more than a hundred mails. So
      // both are checked first.
      if (key.length < 1 || key.length > 256)
        throw new Error(`an idempotency key has 1 to 256 characters; this one has ${key.length}`);
      if (mails.length < 1 || mails.length > 100)
        throw new Error(`a request has 1 to 100 mails; this one has ${mails.length}`);
      const body = batchBody(mails, spares.pop());
      // The client passes options that it does not know to `fetch`. A redirect would give the mails to another server,
      // so it is an error. A stream has no length, so without the content-length header it would be sent in chunks.
      const request = { body: streamed(body), duplex: 'half' as const, redirect: 'error' as const };
      const answer = await resend.batch.send([], {
        ...request,
        headers: { 'content-length': String(body.length) },
        idempotencyKey: key,
        batchValidation: 'permissive',
        signal: AbortSignal.timeout(timeoutMilliseconds),
      });
      if (answer.error) return outcomeOf(answer.error, answer.headers);
      // A server that has accepted the mails has read the body to its end, so the buffer can be used again. After
      // another answer, or no answer, the socket may still read from the buffer.
      spares.push(Buffer.from(body.buffer));
      return acceptedOf(mails.length, answer.data);
    },
  };
}

type Accepted = { data?: { id: string }[]; errors?: { index: number; message: string }[] } | null;

/**
 * Reads the answer to a batch. With permissive validation, `data` has the ids of the mails that were taken, in their
 * order, and `errors` names the others.
 */
function acceptedOf(count: number, answer: Accepted): SendOutcome {
  if (!Array.isArray(answer?.data)) return { kind: 'unknown', reason: 'the answer has no list of ids' };
  const rejected = (answer.errors ?? []).map(({ index, message }) => ({
    index,
    reason: withoutAddresses(String(message)),
  }));
  const refused = new Set(rejected.map(({ index }) => index));
  const ids = answer.data.map(({ id }) => id);
  if (ids.length + refused.size !== count)
    return {
      kind: 'unknown',
      reason: `the answer names ${ids.length + refused.size} mails, and the request had ${count}`,
    };
  const byRecipient = Array.from({ length: count }, (_, index) =>
    refused.has(index) ? undefined : ids.shift(),
  );
  return { kind: 'accepted', ids: byRecipient, rejected };
}

type ResendError = { name: string; message: string; statusCode: number | null };

/**
 * With these errors no request will succeed until somebody has corrected the account or its key. Waiting does not help.
 */
const ACCOUNT_ERRORS = [
  'missing_api_key',
  'restricted_api_key',
  'invalid_api_key',
  'invalid_access',
  'invalid_from_address',
  'monthly_quota_exceeded',
  'daily_quota_exceeded',
];

/** With these errors the same request will never succeed. */
const REQUEST_ERRORS = [
  'validation_error',
  'missing_required_field',
  'invalid_parameter',
  'invalid_attachment',
  'invalid_idempotency_key',
];

function outcomeOf(
  { name, message, statusCode }: ResendError,
  headers: Record<string, string> | null,
): SendOutcome {
  const reason = withoutAddresses(`${name}: ${message}`);
  // The answer to a revoked key is 400 `validation_error`, "API key is invalid". The documentation says otherwise, so
  // the message is looked at.
  const isBadKey = name === 'validation_error' && /\bapi key\b/i.test(message);
  if (ACCOUNT_ERRORS.includes(name) || isBadKey || statusCode === 401 || statusCode === 403)
    return { kind: 'account-refused', reason };
  // The first request with this key is still under way, or its answer got lost. The request has to be made again.
  if (name === 'concurrent_idempotent_requests') return { kind: 'unknown', reason };
  if (name === 'invalid_idempotent_request') return { kind: 'key-taken', reason };
  if (statusCode === 429 || name === 'rate_limit_exceeded')
    return { kind: 'throttled', retryAfterSeconds: retryAfter(headers), reason };
  if (REQUEST_ERRORS.includes(name)) return { kind: 'request-refused', reason };
  // What is left does not say what the provider did with the mails: a dropped connection, an abort, an answer that is
  // not JSON, a 5xx, or the 404 of a proxy.
  // With these errors the client says the same of a dropped connection, of a timeout, and of an answer that is not JSON.
  return {
    kind: 'unknown',
    reason: statusCode === null ? `no answer that could be read (${reason})` : reason,
  };
}

function retryAfter(headers: Record<string, string> | null): number {
  const seconds = Number(headers?.['retry-after'] ?? headers?.['ratelimit-reset']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_HOLD) : DEFAULT_WAIT_SECONDS;
}

/**
 * Returns the body of a batch request as bytes. It is what the `resend` client would write, with all characters outside
 * ASCII escaped. The client would make a string of some megabytes, which `fetch` turns into bytes. That garbage is
 * collected late, and took most of the memory of a sending process. The body is written into `spare` if that is large
 * enough.
 */
export function batchBody(mails: Mail[], spare?: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  const pieces = mails.flatMap((mail, index) => [index === 0 ? '[' : ',', ...piecesOf(mail)]);
  pieces.push(']');
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const body = spare && spare.length >= size ? spare : Buffer.allocUnsafeSlow(size);
  let end = 0;
  for (const piece of pieces) end += body.write(piece, end, 'latin1');
  return body.subarray(0, size);
}

/** This many bytes are written to a socket at a time. */
const CHUNK = 65_536;

/**
 * Returns the body as a stream of views of its bytes. If it were given whole, `fetch` would send a copy (Fetch
 * standard, "extract a body"). One copy for each request is more garbage than everything else that sending leaves
 * behind.
 */
export function streamed(body: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let sent = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (sent >= body.length) return controller.close();
        controller.enqueue(body.subarray(sent, sent + CHUNK));
        sent += CHUNK;
      },
    },
    { highWaterMark: 0 },
  );
}

/** The names of the fields and their order are those that the client uses. */
function piecesOf({ from, to, replyTo, subject, html, text, headers, tags }: Mail): string[] {
  const head = asciiJson({ from: oneAddress(from), headers }).slice(0, -1);
  const answers = replyTo !== undefined && { reply_to: oneAddress(replyTo) };
  const middle = asciiJson({ ...answers, subject, tags }).slice(1, -1);
  const end = asciiJson({ to: [oneAddress(to)] }).slice(1);
  return [head, ',"html":', ...jsonParts(html), `,${middle},"text":`, ...jsonParts(text), `,${end}`];
}

/** Returns an address of the settings with its name, or the address of a reader, so that the provider reads one address in it. */
function oneAddress(text: string): string {
  const read = parseNamedAddress(text);
  return read ? writtenAddress(read) : text;
}

function jsonParts(body: Mail['html']): string[] {
  return typeof body === 'string' ? [asciiJson(body)] : body.pieces();
}
