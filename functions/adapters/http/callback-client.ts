import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { isPublicAddress } from '../../websub/callback-address.ts';
import type { CallbackAnswer, Callbacks } from '../../websub/callbacks.ts';
import { callbackLookup } from './callback-lookup.ts';

type Options = {
  /** Who is asking, for the log of whoever is asked: URL of the site. */
  site: string;
  /** Which IP addresses may be connected to; unset: those of the internet. */
  mayConnect?: (address: string) => boolean;
  /** Of names; unset: of a name server. */
  lookup?: LookupFunction;
  /** For a whole exchange. */
  timeoutMilliseconds?: number;
};

const TIMEOUT_MILLISECONDS = 10_000;
/** More than any challenge. What a callback says beyond it is not read. */
const MAX_ANSWER_BYTES = 4096;
/** Idle connections, over all hosts. A function has 1,024 descriptors, and a feed perhaps as many hosts as subscribers. */
const MAX_IDLE = 128;

/**
 * HTTP to addresses that strangers named. The addresses that a name leads to are checked where they are connected to, in
 * the lookup of the connection itself: there is no second lookup that could answer otherwise. Redirects are not followed.
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
    // A connection to an address that is written out looks nothing up.
    if (isIP(literal) && !mayConnect(literal)) return { kind: 'forbidden', reason: notAllowed(literal) };
    const scheme = protocol === 'https:' ? protocol : 'http:';
    const options = { method, headers: { 'user-agent': userAgent, ...headers } };
    const first = await exchange(url, { ...options, agent: agents[scheme] }, body, timeoutMilliseconds);
    if (first !== 'closed before') return first;
    const second = await exchange(url, { ...options, agent: fresh[scheme] }, body, timeoutMilliseconds);
    return second === 'closed before' ? { kind: 'silent', reason: 'it closed the connection' } : second;
  }

  /** What cannot even be asked is its subscriber's misfortune, and must not stop what goes to the others. */
  const orSilent = (answer: Promise<CallbackAnswer>) =>
    answer.catch((error: Error): CallbackAnswer => ({ kind: 'silent', reason: error.message }));

  return {
    get: (url) => orSilent(ask('GET', url, {})),
    post: (url, headers, body) =>
      orSilent(ask('POST', url, { ...headers, 'content-length': String(body.byteLength) }, body)),
  };
}

/**
 * Connections are kept for the next request, those used last. An agent's own limits would not do: `maxFreeSockets` is one
 * a host, and at `maxTotalSockets` idle connections to some hosts keep others waiting.
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
    // Node's documentation has it answer whether the socket is kept; its types do not.
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

/** Every address that the connection might try: one that is not allowed refuses the name. */
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

/** Of a connection that the other side has reset; the second where it had closed it before. */
const GIVEN_UP: (string | undefined)[] = ['ECONNRESET', 'EPIPE'];

/**
 * One request. The status counts once it is there, whatever becomes of the body. 'closed before': the other side had
 * given up a kept connection before the request came; on a new one it may be repeated.
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
      else if (request.reusedSocket && GIVEN_UP.includes(error.code)) end('closed before');
      else end({ kind: 'silent', reason: error.code ? `${error.code}: ${error.message}` : error.message });
    });
    request.end(body);
  });
}
