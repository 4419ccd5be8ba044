import { done, type Outcome, refused } from '../shared/refusal.ts';
import { isNotModified } from './conditional.ts';
import { asksForDelta } from './delta.ts';
import { chooseEncoding, type Encoding, NO_ENCODING } from './encoding.ts';
import { deltaFor, documentBytes } from './feed-bytes.ts';
import { headOf } from './feed-head.ts';
import type { FeedAddress } from './feed-key.ts';
import type { FeedRequest } from './feed-request.ts';
import type { FeedServices } from './feed-services.ts';
import type { FeedHead, FeedWindow } from './feed-window.ts';
import { readWindow } from './read-window.ts';

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
