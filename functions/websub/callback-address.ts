import ipaddr from 'ipaddr.js';

/**
 * Checks whether a text is an IP address of the public internet. Private, loopback, shared, reserved and multicast
 * addresses are not public. Neither are link-local addresses, at which clouds have their metadata, or addresses that
 * contain another address (IPv4-mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || ELSEWHERE.includes(parsed.toString())) return false;
  // The library calls `::127.0.0.1` (RFC 4291, section 2.5.5.1) and unassigned addresses unicast too. IANA assigns
  // public addresses from this range only.
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST);
}

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** These are in the public range, but the host of a machine answers at them: Azure has its metadata and DNS here. */
const ELSEWHERE = ['168.63.129.16'];
