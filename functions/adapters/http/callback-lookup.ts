import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';

const TIMEOUT_MILLISECONDS = 2_000;
const TRIES = 2;

/**
 * Names of callbacks, asked of a name server directly. The system's own lookup takes one of the process's few threads for
 * as long as a name server says nothing: a handful of names with a slow one, and nobody else's name is looked up.
 * `servers`: unset, those of the system.
 */
export function callbackLookup(servers?: string[]): LookupFunction {
  const resolver = new Resolver({ timeout: TIMEOUT_MILLISECONDS, tries: TRIES });
  if (servers) resolver.setServers(servers);
  return (hostname, _, done) => {
    // RFC 6761, section 6.3: this machine, whatever a name server would say.
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
