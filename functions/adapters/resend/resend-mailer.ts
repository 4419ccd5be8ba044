import { domainToASCII } from 'node:url';
import { Resend } from 'resend';
import type { Mail, Mailer, SendOutcome } from '../../delivery/mailer.ts';
import { LONGEST_HOLD } from '../../delivery/pace.ts';
import { asciiJson } from '../../mails/placeholders.ts';
import { withoutAddresses } from '../../subscribers/email-address.ts';

type Options = {
  apiKey: string;
  /** Unset: Resend itself. */
  baseUrl?: string | undefined;
  timeoutMilliseconds?: number;
};

/** With the wait for a turn, shorter than a batch's lease: who holds it knows the answer, or that there is none, before another may claim it. */
const TIMEOUT_MILLISECONDS = 45_000;
/** Where a 429 does not say how long to wait. */
const DEFAULT_WAIT_SECONDS = 5;

/** The `resend` client, with what it lacks: a timeout, and an answer that says what may be done next. */
export function resendMailer({
  apiKey,
  baseUrl,
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
}: Options): Mailer {
  const resend = new Resend(apiKey, baseUrl ? { baseUrl } : {});
  // As many as there were requests at once.
  const spares: Buffer<ArrayBuffer>[] = [];
  return {
    async send(mails, key) {
      // The client would send an empty key as none, and more than a hundred mails are refused whole.
      if (key.length < 1 || key.length > 256)
        throw new Error(`an idempotency key has 1 to 256 characters; this one has ${key.length}`);
      if (mails.length < 1 || mails.length > 100)
        throw new Error(`a request has 1 to 100 mails; this one has ${mails.length}`);
      const body = batchBody(mails, spares.pop());
      // Of what it does not know the client makes options of `fetch`. A redirect would have the mails told to another
      // server. A stream has no length of its own, and would go out in chunks.
      const request = { body: streamed(body), duplex: 'half' as const, redirect: 'error' as const };
      const answer = await resend.batch.send([], {
        ...request,
        headers: { 'content-length': String(body.length) },
        idempotencyKey: key,
        batchValidation: 'permissive',
        signal: AbortSignal.timeout(timeoutMilliseconds),
      });
      if (answer.error) return outcomeOf(answer.error, answer.headers);
      // Whoever accepts the mails has read them to the end. After another answer, or none, the socket may not be done with
      // the body, which is then left to be collected.
      spares.push(Buffer.from(body.buffer));
      return acceptedOf(mails.length, answer.data);
    },
  };
}

type Accepted = { data?: { id: string }[]; errors?: { index: number; message: string }[] } | null;

/** With permissive validation, `data` has the ids of those that were taken, in order, and `errors` the others. */
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
      reason: `the answer tells of ${ids.length + refused.size} mails out of ${count}`,
    };
  const byRecipient = Array.from({ length: count }, (_, index) =>
    refused.has(index) ? undefined : ids.shift(),
  );
  return { kind: 'accepted', ids: byRecipient, rejected };
}

type ResendError = { name: string; message: string; statusCode: number | null };

/** Errors after which the same request may never be made with success, whoever waits: somebody has to act. */
const ACCOUNT_ERRORS = [
  'missing_api_key',
  'restricted_api_key',
  'invalid_api_key',
  'invalid_access',
  'invalid_from_address',
  'monthly_quota_exceeded',
  'daily_quota_exceeded',
];

/** Errors that say that this request, as it is, will never be taken. */
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
  // A revoked key is answered with 400 `validation_error`, "API key is invalid", whatever the documentation has.
  const isBadKey = name === 'validation_error' && /\bapi key\b/i.test(message);
  if (ACCOUNT_ERRORS.includes(name) || isBadKey || statusCode === 401 || statusCode === 403)
    return { kind: 'account-refused', reason };
  // The first request with this key is still under way, or its answer was lost: ask again.
  if (name === 'concurrent_idempotent_requests') return { kind: 'unknown', reason };
  if (name === 'invalid_idempotent_request') return { kind: 'key-taken', reason };
  if (statusCode === 429 || name === 'rate_limit_exceeded')
    return { kind: 'throttled', retryAfterSeconds: retryAfter(headers), reason };
  if (REQUEST_ERRORS.includes(name)) return { kind: 'request-refused', reason };
  // All else: a dropped connection, an abort and an answer that is no JSON, which the client reports as an error of its
  // own; a 5xx; a proxy's 404. None of them is the provider's word on these mails.
  return { kind: 'unknown', reason };
}

function retryAfter(headers: Record<string, string> | null): number {
  const seconds = Number(headers?.['retry-after'] ?? headers?.['ratelimit-reset']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, LONGEST_HOLD) : DEFAULT_WAIT_SECONDS;
}

/**
 * The body of a batch request, as the `resend` client would write it, but for ASCII. The client's own is a string of some
 * megabytes, of which `fetch` makes bytes: what that leaves behind is collected late, and was most of a sender's memory.
 * Written into `spare` where it is large enough.
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

/** What is written to a socket at a time, in bytes. */
const CHUNK = 65_536;

/**
 * The body as a stream of views of it: given whole, `fetch` sends a copy (Fetch standard, "extract a body"), and a copy a
 * request is more than all else that a sender leaves to be collected.
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

/** The names and their order are the client's. */
function piecesOf({ from, to, replyTo, subject, html, text, headers, tags }: Mail): string[] {
  const head = asciiJson({ from: withAsciiDomain(from), headers }).slice(0, -1);
  const answers = replyTo !== undefined && { reply_to: withAsciiDomain(replyTo) };
  const middle = asciiJson({ ...answers, subject, tags }).slice(1, -1);
  const end = asciiJson({ to: [withAsciiDomain(to)] }).slice(1);
  return [head, ',"html":', ...jsonParts(html), `,${middle},"text":`, ...jsonParts(text), `,${end}`];
}

/**
 * `Name <ana@españa.example>` or the address alone, as servers without SMTPUTF8 can route it: the domain in A-labels
 * (RFC 5890, 2.3.2.1). What is before the @ has no such form (RFC 6531), and stays.
 */
function withAsciiDomain(mailbox: string): string {
  return mailbox.replace(
    /(?<=@)[^\s<>@]*\P{ASCII}[^\s<>@]*(?=>?$)/u,
    (domain) => domainToASCII(domain) || domain,
  );
}

function jsonParts(body: Mail['html']): string[] {
  return typeof body === 'string' ? [asciiJson(body)] : body.pieces();
}
