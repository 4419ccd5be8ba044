import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

const TIMEOUT_MILLISECONDS = 2_000;
const TRIES = 2;

/**
 * Looks up the names of callbacks by asking a name server directly. Node's usual lookup occupies one of a few threads
 * until the name server answers, so a handful of names with a slow name server would hold up all others. `servers` are
 * the name servers to ask. Without it, the name servers of the system are asked.
 */
export function callbackLookup(
  servers?: string[],
  timeoutMilliseconds: number = TIMEOUT_MILLISECONDS,
): LookupFunction {
  const resolver = new Resolver({ timeout: timeoutMilliseconds, tries: TRIES });
  if (servers) resolver.setServers(servers);
  return (hostname, _, done) => {
    // RFC 6761, section 6.3: these names always mean this machine. No name server is asked.
    if (/(?:^|\.)localhost\.?$/i.test(hostname)) return done(null, [{ address: '127.0.0.1', family: 4 }]);
    Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]).then(([v4, v6]) => {
      const addresses = [...found(v4, 4), ...found(v6, 6)];
      if (addresses.length > 0) return done(null, addresses);
      const error = v4.status === 'rejected' ? v4.reason : undefined;
      done(error ?? Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), []);
    });
  };
}

function found(answer: PromiseSettledResult<string[]>, family: 4 | 6) {
  return answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family })) : [];
}
