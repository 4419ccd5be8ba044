import type { IncomingHttpHeaders } from 'node:http';
import { chooseEncoding } from './encoding.ts';
import { entityTag, headOf, windowKey } from './feed-head.ts';
import { type FeedRequest, feedRequest } from './feed-request.ts';
import type { FeedServices } from './feed-services.ts';
import { prefersHtml } from './prefers-html.ts';
import { documentOf, notModified } from './serve-feed.ts';

/** What the server on one machine hands over beside a request, and Lambda does not: the message that came. */
export type ServerBindings =
  | { incoming?: { headers: IncomingHttpHeaders & { 'a-im'?: string } } }
  | undefined;

/**
 * The answer to a poll of what this process remembers, ahead of the router and without a promise. Nearly all polls are
 * of this kind, and to find their route, its parameters and a context takes longer than to answer them
 * (bench/warm-feed.ts). Undefined: the router has to be asked. Its answer is the same.
 */
export function rememberedFeed(
  services: FeedServices,
  request: Request,
  bindings: ServerBindings,
): Response | undefined {
  if (request.method !== 'GET') return undefined;
  const { feedCache, clock } = services;
  const address = feedCache.addresses.get(pathOf(request.url));
  if (!address) return undefined;
  const window = feedCache.remembered(windowKey(address), clock());
  if (!window || window.pointers.length === 0) return undefined;
  const asked = askedBy(request, bindings);
  // A page, or a delta.
  if (prefersHtml(asked.accept) || asked.aIm !== undefined) return undefined;
  const encoding = chooseEncoding(asked.acceptEncoding);
  if (!encoding) return undefined;
  const head = headOf(services, address, window, encoding);
  return notModified(head, asked) ?? documentOf(head, feedCache.bytes.get(entityTag(head.tag, encoding)));
}

/** To make `Headers` of a message costs as much as all else here. */
function askedBy(request: Request, bindings: ServerBindings): FeedRequest {
  return feedRequest(bindings?.incoming?.headers ?? Object.fromEntries(request.headers));
}

/** Of an absolute URL, as it was sent: with its escapes, without a query. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf(':') + 3);
  const end = url.indexOf('?', start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}
