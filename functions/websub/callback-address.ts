import ipaddr from 'ipaddr.js';

/**
 * Whether an IP address is one of the internet's: not private, loopback, link-local (and so no cloud's metadata), shared,
 * reserved, multicast, or a way of writing another address (IPv4-mapped, NAT64, 6to4, Teredo). What is no IP address is
 * not.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || ELSEWHERE.includes(parsed.toString())) return false;
  // The library calls `::127.0.0.1` (RFC 4291, 2.5.5.1) and what was never handed out unicast: IANA gives from here only.
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST);
}

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Of the public range, but answered by the machine's own host: metadata and DNS of Azure. */
const ELSEWHERE = ['168.63.129.16'];
