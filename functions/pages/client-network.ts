import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';
import type { Config } from '../config.ts';

/** CloudFront says by this header that it is CloudFront: anybody may call the API behind it, and forge the rest. */
const EDGE_HEADER = 'x-broadsheet-edge';

/** What Lambda and the server on one machine hand over beside a request. A test's has neither. */
type Peer =
  | {
      requestContext?: { http?: { sourceIp?: string } };
      incoming?: { socket?: { remoteAddress?: string | undefined } };
    }
  | undefined;

/**
 * Where a request comes from: an IPv4 address, or the /64 of an IPv6 one, which a single household or server has whole.
 * Undefined where nobody can tell.
 *
 * It is the address that our side of the connection sees. `X-Forwarded-For` is read only where what we see is a proxy of
 * our own, and then only its last entry, which that proxy has added: all before it is what the client wrote.
 */
export function clientNetwork(context: Context, config: Config): string | undefined {
  const peer = context.env as Peer;
  const seen = peer?.requestContext?.http?.sourceIp ?? peer?.incoming?.socket?.remoteAddress;
  if (!seen || !ipaddr.isValid(seen)) return undefined;
  return networkOf(isOwnProxy(context, config, seen) ? (forwardedFor(context, seen) ?? seen) : seen);
}

function isOwnProxy(context: Context, { baseUrl, edgeKey }: Config, seen: string): boolean {
  if (edgeKey) return context.req.header(EDGE_HEADER) === edgeKey;
  // On one machine: a proxy beside us, where the public address is another than our own.
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname);
  return !isLocal && ipaddr.process(seen).range() === 'loopback';
}

/** API Gateway adds whom it sees, which is CloudFront, behind whom CloudFront saw. */
function forwardedFor(context: Context, seen: string): string | undefined {
  const addresses = (context.req.header('x-forwarded-for') ?? '').split(',').map((each) => each.trim());
  if (addresses.at(-1) === seen) addresses.pop();
  const last = addresses.at(-1) ?? '';
  return ipaddr.isValid(last) ? last : undefined;
}

function networkOf(address: string): string {
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
