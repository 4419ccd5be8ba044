import type { IncomingHttpHeaders } from 'node:http';
import { isoTime } from '../shared/clock.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { readPart } from './archive.ts';
import { asksForDelta, deltaFor, documentBytes } from './feed-bytes.ts';
import { headOf } from './feed-head.ts';
import { type FeedAddress, feedKey, isConfigured } from './feed-key.ts';
import type { FeedServices } from './feed-services.ts';
import { archiveWindow, type FeedHead, type FeedWindow, feedWindow, windowKey } from './feed-window.ts';
import {
  chooseEncoding,
  type Encoding,
  entityTag,
  type FeedRequest,
  feedRequest,
  isNotModified,
  NO_ENCODING,
} from './negotiation.ts';
import { prefersHtml } from './prefers-html.ts';

/** How often a window is read again when an article changed while it was rendered. */
const ATTEMPTS = 5;

/**
 * GET of a document: the pointers of its window, then 304, or bytes from this process, from the table, or rendered now.
 * A feed that nobody reads costs nothing, and a crash after a commit leaves nothing stale.
 */
export async function serveFeed(
  services: FeedServices,
  address: FeedAddress,
  request: FeedRequest,
): Promise<Outcome<Response>> {
  const encoding = chooseEncoding(request.acceptEncoding);
  if (!encoding) return refused(NO_ENCODING);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const window = await readWindow(services, address);
    if (!window) return refused({ kind: 'not-found', what: 'such feed: no article has been in it' });
    const head = headOf(services, address, window, encoding);
    const answer =
      notModified(head, request) ??
      (await newEntriesOf(services, address, window, head, request, encoding)) ??
      documentOf(head, await documentBytes(services, address, window, head.tag, encoding));
    if (answer) return done(answer);
    services.feedCache.forgetWindows();
  }
  return refused({
    kind: 'busy',
    detail: 'The feed changes faster than it can be read. Ask again.',
    retryAfterSeconds: 2,
  });
}

export function notModified(
  head: FeedHead,
  { ifNoneMatch, ifModifiedSince }: FeedRequest,
): Response | undefined {
  if (!isNotModified(ifNoneMatch, ifModifiedSince, head.entityTags, head.lastModified)) return undefined;
  return new Response(null, { status: 304, headers: head.notModified });
}

export function documentOf({ full }: FeedHead, bytes: Uint8Array | undefined): Response | undefined {
  if (!bytes) return undefined;
  full['content-length'] = String(bytes.byteLength);
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status: 200, headers: full });
}

/**
 * RFC 3229, section 10.4.1: 226 has the ETag of the whole document, for the next request. Its bytes are for this reader
 * alone, so caches that do not know manipulations keep them not; those that do know `im` (10.8).
 */
async function newEntriesOf(
  services: FeedServices,
  address: FeedAddress,
  window: FeedWindow,
  { tag, full }: FeedHead,
  { aIm, ifNoneMatch }: FeedRequest,
  encoding: Encoding,
): Promise<Response | undefined> {
  if (!asksForDelta(aIm)) return undefined;
  const delta = await deltaFor(services, address, window, tag, ifNoneMatch, encoding);
  if (!delta) return undefined;
  const { bytes, base } = delta;
  const headers = {
    ...full,
    im: 'feed',
    // 10.5.1: of several tags that the reader sent, the one that this adds to.
    'delta-base': base,
    'content-length': String(bytes.byteLength),
    'cache-control': `no-store, im, max-age=${services.config.publication.feeds.maxAgeMinutes * 60}`,
    vary: `${full.vary}, A-IM, If-None-Match`,
    'access-control-expose-headers': `${full['access-control-expose-headers']}, IM, Delta-Base`,
  };
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status: 226, statusText: 'IM Used', headers });
}

/** What a document holds, strongly consistent or at most a second old. Undefined where there is no such feed. */
export async function readWindow(
  { config, clock, feeds, feedCache }: Pick<FeedServices, 'config' | 'clock' | 'feeds' | 'feedCache'>,
  address: FeedAddress,
): Promise<FeedWindow | undefined> {
  const { selector, archive } = address;
  const now = clock();
  const key = feedKey(selector);
  const window = await feedCache.window(windowKey(address), now, async () => {
    if (archive) return archiveWindow(await readPart(feeds, key, archive, isoTime(now)));
    const { idAuthority, feeds: settings } = config.publication;
    const pointers = await feeds.newest(key, isoTime(now), settings.entries);
    return feedWindow(pointers, Date.parse(idAuthority.split(',')[1] ?? ''));
  });
  const isThereAnyway = !archive && isConfigured(config.publication, selector);
  return window.pointers.length > 0 || isThereAnyway ? window : undefined;
}

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
