import type { Context, MiddlewareHandler } from 'hono';
import type { Config } from '../config.ts';
import { isLoopback } from '../shared/loopback.ts';
import type { Refusal } from '../shared/refusal.ts';

/** What the server on one machine hands over beside a request. Tests without a server hand over nothing. */
type Peer =
  | { incoming?: { socket?: { remoteAddress?: string | undefined }; httpVersion?: string } }
  | undefined;

/** A proxy that hands a request on adds one of these headers. */
const OF_PROXIES = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * Keeps everybody but the people at this machine away from the mailbox, because its mails have the links of readers.
 * There is no password: who can open a page on this machine is trusted. With `openMailbox` everybody is let in.
 *
 * A connection from this machine is not enough. A page of another site can have its own name resolve to 127.0.0.1 (DNS
 * rebinding), and then its scripts may read what we answer. So the request must name this machine by a name of our own.
 * A proxy on this machine connects from here too, for visitors from anywhere.
 */
export function mailboxGuard(config: Config, refuse: (refusal: Refusal) => Response): MiddlewareHandler {
  return async (context, next) => {
    const why = config.openMailbox ? undefined : whyNot(context, config);
    return why === undefined ? next() : refuse({ kind: 'elsewhere', detail: `${why} ${howTo(config)}` });
  };
}

function whyNot(context: Context, config: Config): string | undefined {
  const incoming = (context.env as Peer)?.incoming;
  const from = incoming?.socket?.remoteAddress;
  if (from !== undefined && !isLoopback(from))
    return 'Only this machine itself may see the mailbox, and the request comes from another one.';
  // nginx speaks HTTP/1.0 to the server behind it, and adds no header, unless its settings say otherwise.
  if (OF_PROXIES.some((name) => context.req.header(name) !== undefined) || incoming?.httpVersion === '1.0')
    return 'Only this machine itself may see the mailbox, and the request comes through a proxy.';
  const host = context.req.header('host') ?? new URL(context.req.url).host;
  return isOwnHost(host, config, incoming !== undefined)
    ? undefined
    : `The mailbox does not answer to the name "${host.slice(0, 100)}".`;
}

/**
 * Our own names are those of this machine with our port, and the host of the base URL. If the base URL is public, a
 * request that came over a connection and names it was handed on by a proxy.
 */
function isOwnHost(host: string, { port, baseUrl }: Config, isConnected: boolean): boolean {
  const asked = /[/?#@\\]/.test(host) ? null : URL.parse(`http://${host}`);
  const base = new URL(baseUrl);
  if (!asked) return false;
  if (asked.host === new URL(`http://${base.host}`).host) return isLoopback(base.hostname) || !isConnected;
  return isLoopback(asked.hostname) && (asked.port || '80') === String(port);
}

function howTo({ port }: Config): string {
  return `Open http://localhost:${port}/mailbox on this machine. BROADSHEET_OPEN_MAILBOX=on shows it to everybody.`;
}
