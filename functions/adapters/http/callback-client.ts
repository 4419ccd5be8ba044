import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { isPublicAddress } from '../../websub/callback-address.ts';
import type { CallbackAnswer, Callbacks } from '../../websub/callbacks.ts';
import { callbackLookup } from './callback-lookup.ts';

type Options = {
  /** URL of the site. The User-Agent header names it, so that the owner of a callback sees who is asking. */
  site: string;
  /** Decides which IP addresses may be connected to. Without it, only public addresses may. */
  mayConnect?: (address: string) => boolean;
  /** Looks up the addresses of a name. Without it, a name server is asked. */
  lookup?: LookupFunction;
  /** A whole exchange may take this long. */
  timeoutMilliseconds?: number;
};

const TIMEOUT_MILLISECONDS = 10_000;
/** Every challenge is shorter than this. The rest of a longer answer is not read. */
const MAX_ANSWER_BYTES = 4096;
/**
 * At most this many idle connections are kept over all hosts. A function has 1,024 file descriptors, and every
 * subscriber of a feed may be on another host.
 */
const MAX_IDLE = 128;

/**
 * Makes HTTP requests to addresses that strangers have named. The IP addresses of a name are checked in the lookup that
 * the connection itself makes. A check before the connection would not be safe, because a second lookup could give
 * other addresses. Redirects are not followed.
 */
export function callbackClient({
  site,
  mayConnect = isPublicAddress,
  lookup = callbackLookup(),
  timeoutMilliseconds = TIMEOUT_MILLISECONDS,
}: Options): Callbacks {
  const checked = checkedLookup(lookup, mayConnect);
  const agents = keptAgents(checked);
  const fresh = {
    'http:': new http.Agent({ lookup: checked }),
    'https:': new https.Agent({ lookup: checked }),
  };

  const userAgent = `Broadsheet (+${new URL(site).origin})`;

  async function ask(
    method: string,
    url: string,
    headers: Record<string, string>,
    body?: Uint8Array,
  ): Promise<CallbackAnswer> {
    const { hostname, protocol } = new URL(url);
    const literal = hostname.replace(/^\[|\]$/g, '');
    // Node looks up no name if the URL contains an IP address, so that address is checked here.
    if (isIP(literal) && !mayConnect(literal)) return { kind: 'forbidden', reason: notAllowed(literal) };
    const scheme = protocol === 'https:' ? protocol : 'http:';
    const options = { method, headers: { 'user-agent': userAgent, ...headers } };
    const first = await exchange(url, { ...options, agent: agents[scheme] }, body, timeoutMilliseconds);
    if (first !== 'closed before') return first;
    const second = await exchange(url, { ...options, agent: fresh[scheme] }, body, timeoutMilliseconds);
    return second === 'closed before' ? { kind: 'silent', reason: 'it closed the connection' } : second;
  }

  /**
   * A callback that cannot even be asked counts as silent. An exception would stop the deliveries to other subscribers.
   */
  const orSilent = (answer: Promise<CallbackAnswer>) =>
    answer.catch((error: Error): CallbackAnswer => ({ kind: 'silent', reason: error.message }));

  return {
    get: (url) => orSilent(ask('GET', url, {})),
    post: (url, headers, body) =>
      orSilent(ask('POST', url, { ...headers, 'content-length': String(body.byteLength) }, body)),
  };
}

/**
 * Returns agents that keep the connections that were used last for the next request. The limits that an agent has do
 * not suffice: `maxFreeSockets` counts per host, and once `maxTotalSockets` is reached, idle connections to some hosts
 * make requests to other hosts wait.
 */
function keptAgents(lookup: LookupFunction): Record<'http:' | 'https:', http.Agent> {
  const idle = new LRUCache<Duplex, true>({
    max: MAX_IDLE,
    dispose: (_, socket, reason) => {
      if (reason === 'evict') socket.destroy();
    },
  });
  function forget(this: Duplex): void {
    idle.delete(this);
  }
  const bounded = (agent: http.Agent): http.Agent => {
    // Node's documentation says that this function returns whether the socket is kept. Node's types do not say so.
    const keepSocketAlive = agent.keepSocketAlive as (socket: Duplex) => boolean;
    const { reuseSocket } = agent;
    return Object.assign(agent, {
      keepSocketAlive(socket: Duplex) {
        const isKept = keepSocketAlive.call(agent, socket);
        if (isKept) idle.set(socket.once('close', forget), true);
        return isKept;
      },
      reuseSocket(socket: Duplex, request: http.ClientRequest) {
        idle.delete(socket.off('close', forget));
        reuseSocket.call(agent, socket, request);
      },
    });
  };
  const kept = { keepAlive: true, lookup };
  return { 'http:': bounded(new http.Agent(kept)), 'https:': bounded(new https.Agent(kept)) };
}

class ForbiddenAddress extends Error {
  override name = 'ForbiddenAddress';
}

function notAllowed(address: string): string {
  return `it is at ${address}, where nothing is sent`;
}

/** Checks every address that the connection might try. A single address that is not allowed makes the lookup fail. */
function checkedLookup(lookup: LookupFunction, mayConnect: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = Array.isArray(found) ? found : [];
      const [first] = addresses;
      if (error || !first)
        return done(
          error ?? Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }),
          [],
        );
      const forbidden = addresses.find(({ address }) => !mayConnect(address));
      if (forbidden) return done(new ForbiddenAddress(notAllowed(forbidden.address)), []);
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
}

/** Node's error codes for a connection that the other side has reset, or had closed before the request was written. */
const RESET: (string | undefined)[] = ['ECONNRESET', 'EPIPE'];

/**
 * Makes one request. Once the status of the answer has come it counts, even if the body breaks off. Returns 'closed
 * before' if the other side had closed a kept connection before the request came. The request may then be repeated on a
 * new connection.
 */
function exchange(
  url: string,
  options: https.RequestOptions,
  body: Uint8Array | undefined,
  timeoutMilliseconds: number,
): Promise<CallbackAnswer | 'closed before'> {
  return new Promise((resolve) => {
    const request = (url.startsWith('https:') ? https : http).request(url, options);
    const chunks: Buffer[] = [];
    let status: number | undefined;
    const end = (answer: CallbackAnswer | 'closed before') => {
      clearTimeout(timer);
      resolve(answer);
    };
    const answered = (code: number) =>
      end({ kind: 'answered', status: code, body: Buffer.concat(chunks).toString() });
    const timer = setTimeout(() => {
      request.destroy(new Error(`it did not answer within ${timeoutMilliseconds / 1000} seconds`));
    }, timeoutMilliseconds);

    request.on('response', (response) => {
      const code = response.statusCode ?? 0;
      status = code;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.byteLength;
        if (bytes > MAX_ANSWER_BYTES) request.destroy();
      });
      response.on('close', () => answered(code));
      response.on('error', () => {});
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (status !== undefined) answered(status);
      else if (error instanceof ForbiddenAddress) end({ kind: 'forbidden', reason: error.message });
      else if (request.reusedSocket && RESET.includes(error.code)) end('closed before');
      else end({ kind: 'silent', reason: error.code ? `${error.code}: ${error.message}` : error.message });
    });
    request.end(body);
  });
}
