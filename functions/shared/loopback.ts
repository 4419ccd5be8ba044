import ipaddr from 'ipaddr.js';

/**
 * Checks whether a host of a URL is this machine itself: `localhost`, a name below it (RFC 6761, section 6.3), or a
 * loopback address. `host` has no port, and may have the brackets of an IPv6 address.
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}
