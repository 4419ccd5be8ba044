import { domainToASCII } from 'node:url';
import type { Mail } from '../../delivery/mailer.ts';
import { asciiJson } from '../../mails/placeholders.ts';

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
  return [head, ',"html":', ...jsonOf(html), `,${middle},"text":`, ...jsonOf(text), `,${end}`];
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

function jsonOf(body: Mail['html']): string[] {
  return typeof body === 'string' ? [asciiJson(body)] : body.pieces();
}
