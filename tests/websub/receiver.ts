import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request that a receiver got. A receiver is a web server on this machine, and the address of callbacks. */
export type Received = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
};

export type Receiver = {
  url: string;
  /** All requests, in the order in which they came. */
  requests: Received[];
  /** The GET requests to a path, which are challenges and denials. */
  asked(path: string): Received[];
  /** The POST requests to a path, which are deliveries. */
  delivered(path: string): Received[];
};

/** Answers a request and returns true. If it returns false, the request is answered as by a subscriber that confirms everything. */
export type Behaviour = (request: Received, response: ServerResponse) => boolean;

export async function receiver(behaviour: Behaviour = () => false, address = '127.0.0.1'): Promise<Receiver> {
  const requests: Received[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://receiver');
    const request = {
      method: incoming.method ?? '',
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    };
    requests.push(request);
    if (!behaviour(request, response)) response.end(searchParams.get('hub.challenge') ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const came = (method: string) => (path: string) =>
    requests.filter((request) => request.method === method && request.path === path);
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    requests,
    asked: came('GET'),
    delivered: came('POST'),
  };
}

/** Returns a behaviour for one path. Requests to other paths are answered as usual. */
export function at(path: string, answer: (request: Received, response: ServerResponse) => void): Behaviour {
  return (request, response) => {
    if (request.path !== path) return false;
    answer(request, response);
    return true;
  };
}
