import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';
import type { Config } from '../config.ts';
import { isLoopback } from '../shared/loopback.ts';
import type { Client } from '../subscribers/mail-limits.ts';

/**
 * CloudFront sends a secret in this header. Without the secret, anybody could call the API directly and forge the other
 * headers.
 */
const EDGE_HEADER = 'x-broadsheet-edge';

/** What Lambda, or the server on one machine, hands over beside a request. Tests hand over neither. */
type Peer =
  | {
      requestContext?: { http?: { sourceIp?: string } };
      incoming?: { socket?: { remoteAddress?: string | undefined } };
    }
  | undefined;

/**
 * Returns where a request comes from: an IPv4 address, or the /64 of an IPv6 address, because one household or one
 * server usually has the whole of such a network. A company or somebody with a tunnel can have a /48, so that is
 * returned too. Returns undefined if the address is not known.
 *
 * Normally the address is the one that our side of the connection sees. If that is the address of a proxy of our own,
 * the last entry of `X-Forwarded-For` counts, which the proxy has added. The entries before it are what the client
 * wrote.
 */
export function clientOf(context: Context, config: Config): Client | undefined {
  const peer = context.env as Peer;
  const seen = peer?.requestContext?.http?.sourceIp ?? peer?.incoming?.socket?.remoteAddress;
  if (!seen || !ipaddr.isValid(seen)) return undefined;
  return clientAt(isOwnProxy(context, config, seen) ? (forwardedFor(context, seen) ?? seen) : seen);
}

function isOwnProxy(context: Context, { baseUrl, edgeKey }: Config, seen: string): boolean {
  if (edgeKey) return context.req.header(EDGE_HEADER) === edgeKey;
  // Without the secret of CloudFront (`edgeKey`), this is one machine. If its public address is not local, requests
  // from this machine come from a proxy that runs on it.
  return !isLoopback(new URL(baseUrl).hostname) && ipaddr.process(seen).range() === 'loopback';
}

/**
 * Returns the address that our proxy saw. CloudFront appends the client's address to the header. Behind CloudFront, API
 * Gateway appends the address that it sees itself, which is CloudFront's.
 */
function forwardedFor(context: Context, seen: string): string | undefined {
  const addresses = (context.req.header('x-forwarded-for') ?? '').split(',').map((each) => each.trim());
  if (addresses.at(-1) === seen) addresses.pop();
  const last = addresses.at(-1) ?? '';
  return ipaddr.isValid(last) ? last : undefined;
}

function clientAt(address: string): Client {
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return { address: parsed.toString() };
  const first = (parts: number) =>
    parsed.parts
      .slice(0, parts)
      .map((part) => part.toString(16))
      .join(':');
  return { address: `${first(4)}::/64`, network: `${first(3)}::/48` };
}
