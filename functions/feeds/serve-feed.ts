import type { IncomingHttpHeaders } from 'node:http';
import { isoTime } from '../shared/clock.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { readPart } from './archive.ts';
import { asksForDelta, deltaFor, documentBytes } from './feed-bytes.ts';
import { headOf } from './feed-headers.ts';
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

/** How often a window is read again if an article changes while its document is rendered. */
const ATTEMPTS = 5;

/**
 * Answers a GET of a document. It reads the pointers of the window and answers 304, or with bytes that come from this
 * process, or else from the table, or else are rendered now. So a feed that nobody reads costs nothing, and no document
 * is out of date after a crash.
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
    detail: 'The feed changes faster than it can be rendered. Ask again.',
    retryAfterSeconds: 2,
  });
}

function notModified(head: FeedHead, { ifNoneMatch, ifModifiedSince }: FeedRequest): Response | undefined {
  if (!isNotModified(ifNoneMatch, ifModifiedSince, head.entityTags, head.lastModified)) return undefined;
  return new Response(null, { status: 304, headers: head.notModified });
}

function documentOf({ full }: FeedHead, bytes: Uint8Array | undefined): Response | undefined {
  if (!bytes) return undefined;
  full['content-length'] = String(bytes.byteLength);
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status: 200, headers: full });
}

/**
 * Answers 226 with the entries that the feed reader lacks (RFC 3229, section 10.4.1). The answer has the ETag of the
 * whole document, for the feed reader's next request. Its bytes are for this feed reader alone. `no-store` keeps them
 * out of caches, except out of caches that know deltas, for which `im` cancels `no-store` (section 10.8).
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
    // The request may have several tags. The feed reader adds these entries to the document with this tag (section
    // 10.5.1).
    'delta-base': base,
    'content-length': String(bytes.byteLength),
    'cache-control': `no-store, im, max-age=${services.config.publication.feeds.maxAgeMinutes * 60}`,
    vary: `${full.vary}, A-IM, If-None-Match`,
    'access-control-expose-headers': `${full['access-control-expose-headers']}, IM, Delta-Base`,
  };
  return new Response(bytes as Uint8Array<ArrayBuffer>, { status: 226, statusText: 'IM Used', headers });
}

/** Returns the window of a document, which is at most a second old. Returns undefined if there is no such feed. */
export async function readWindow(
  {
    config,
    clock,
    feeds,
    feedCache,
    partSizes,
  }: Pick<FeedServices, 'config' | 'clock' | 'feeds' | 'feedCache' | 'partSizes'>,
  address: FeedAddress,
): Promise<FeedWindow | undefined> {
  const { selector, archive } = address;
  const now = clock();
  const key = feedKey(selector);
  const window = await feedCache.window(windowKey(address), now, async () => {
    if (archive) {
      const part = await readPart(feeds, key, archive, isoTime(now), partSizes);
      return part.isMadeUp ? feedWindow([], 0) : archiveWindow(part);
    }
    const { idAuthority, feeds: settings } = config.publication;
    const pointers = await feeds.newest(key, isoTime(now), settings.entries);
    return feedWindow(pointers, Date.parse(idAuthority.split(',')[1] ?? ''));
  });
  const existsWithoutStories = !archive && isConfigured(config.publication, selector);
  return window.pointers.length > 0 || existsWithoutStories ? window : undefined;
}

/**
 * What the server on one machine passes with a request: the message of Node's HTTP server. Lambda has no such message.
 */
export type ServerBindings =
  | { incoming?: { headers: IncomingHttpHeaders & { 'a-im'?: string } } }
  | undefined;

/**
 * Answers a poll of a feed that this process remembers, without the router and without a promise. Nearly all polls are
 * of this kind, and to find the route, its parameters and a context takes longer than to answer (bench/warm-feed.ts).
 * Returns undefined if the router has to answer. The router would give the same answer.
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
  // The router answers requests for a page or for a delta.
  if (prefersHtml(asked.accept) || asked.aIm !== undefined) return undefined;
  const encoding = chooseEncoding(asked.acceptEncoding);
  if (!encoding) return undefined;
  const head = headOf(services, address, window, encoding);
  return notModified(head, asked) ?? documentOf(head, feedCache.bytes.get(entityTag(head.tag, encoding)));
}

/** Reads the headers from Node's message if there is one. To make `Headers` takes as long as everything else here. */
function askedBy(request: Request, bindings: ServerBindings): FeedRequest {
  return feedRequest(bindings?.incoming?.headers ?? Object.fromEntries(request.headers));
}

/** Returns the path of an absolute URL as it was sent, with its escapes and without its query. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf(':') + 3);
  const end = url.indexOf('?', start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}
