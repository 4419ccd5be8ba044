import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { type Clock, isoTime } from '../services.ts';
import { isNotModified } from './conditional.ts';
import { chooseEncoding, ENCODING_MARKS, ENCODINGS, type Encoding } from './encoding.ts';
import type { FeedCache } from './feed-cache.ts';
import { type FeedFormat, type FeedSelector, FORMAT_TYPES, feedKey, feedUrl } from './feed-key.ts';
import type { FeedStore, StoredEncoding } from './feed-store.ts';
import { type FeedHead, type FeedWindow, feedWindow, windowTag } from './feed-window.ts';
import { RENDERER_VERSION, type RenderedFeed, renderFeed } from './render-feed.ts';

export type FeedServices = {
  config: Config;
  clock: Clock;
  articles: ArticleStore;
  feeds: FeedStore;
  feedCache: FeedCache;
  log: Log;
};

/** The headers of a request that decide what it is answered. */
export type FeedRequest = {
  acceptEncoding: string | undefined;
  ifNoneMatch: string | undefined;
  ifModifiedSince: string | undefined;
};

/** How often a window is read again when an article changed while it was rendered. */
const ATTEMPTS = 5;

/**
 * GET of a feed: its newest pointers, then 304, or bytes from this process, from the table, or rendered now. A feed
 * that nobody reads costs nothing, and a crash after a commit leaves nothing stale.
 * What the process remembers is answered at once and not by a promise: the server has a shorter way for that.
 */
export function serveFeed(
  services: FeedServices,
  selector: FeedSelector,
  format: FeedFormat,
  request: FeedRequest,
): Outcome<Response> | Promise<Outcome<Response>> {
  const encoding = chooseEncoding(request.acceptEncoding);
  if (!encoding)
    return refused({
      kind: 'not-acceptable',
      detail: `Every encoding of this document is refused; it has ${ENCODINGS.join(', ')}.`,
    });
  const window = services.feedCache.remembered(feedKey(selector), services.clock());
  if (window && window.pointers.length > 0) {
    const head = headOf(services, selector, format, window, encoding);
    const known =
      notModified(head, request) ??
      documentOf(head, services.feedCache.bytes.get(entityTag(head.tag, encoding)));
    if (known) return done(known);
  }
  return readFeed(services, selector, format, request, encoding);
}

async function readFeed(
  services: FeedServices,
  selector: FeedSelector,
  format: FeedFormat,
  request: FeedRequest,
  encoding: Encoding,
): Promise<Outcome<Response>> {
  const key = feedKey(selector);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const window = await readWindow(services, key);
    if (window.pointers.length === 0 && !isConfigured(services.config, selector)) {
      return refused({ kind: 'not-found', what: 'such feed: no article has been in it' });
    }
    const head = headOf(services, selector, format, window, encoding);
    const answer =
      notModified(head, request) ??
      documentOf(head, await bytesOf(services, selector, format, window, head.tag, encoding));
    if (answer) return done(answer);
    services.feedCache.forgetWindows();
  }
  return refused({
    kind: 'busy',
    detail: 'The feed changes faster than it can be read. Ask again.',
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

function readWindow({ config, clock, feeds, feedCache }: FeedServices, key: string): Promise<FeedWindow> {
  const now = clock();
  const { idAuthority, feeds: settings } = config.publication;
  return feedCache.window(key, now, async () => {
    const pointers = await feeds.newest(key, isoTime(now), settings.entries);
    return feedWindow(pointers, Date.parse(idAuthority.split(',')[1] ?? ''));
  });
}

/** The feeds of the settings are there from the first day; those of tags and authors from their first article. */
function isConfigured({ publication }: Config, { language, section, tag, author }: FeedSelector): boolean {
  if (tag || author) return false;
  if (language && !publication.languages.includes(language)) return false;
  return !section || publication.sections.some(({ slug }) => slug === section);
}

async function bytesOf(
  services: FeedServices,
  selector: FeedSelector,
  format: FeedFormat,
  window: FeedWindow,
  tag: string,
  encoding: Encoding,
): Promise<Uint8Array | undefined> {
  const { feeds, feedCache } = services;
  const known = feedCache.bytes.get(entityTag(tag, encoding));
  if (known) return known;
  if (encoding === 'identity') {
    const packed = await bytesOf(services, selector, format, window, tag, 'gzip');
    return packed && remember(feedCache, tag, 'identity', await promisify(gunzip)(packed));
  }
  const stored = await feeds.document(feedKey(selector), format, encoding);
  if (stored?.etag === tag) return remember(feedCache, tag, encoding, stored.bytes);
  const fresh = await feedCache.rendering(tag, () => rendered(services, selector, format, window, tag));
  return fresh?.[encoding];
}

async function rendered(
  services: FeedServices,
  selector: FeedSelector,
  format: FeedFormat,
  window: FeedWindow,
  tag: string,
): Promise<RenderedFeed | undefined> {
  const { feeds, feedCache, log } = services;
  const fresh = await renderFeed(services, selector, format, window);
  if (!fresh) return undefined;
  const key = feedKey(selector);
  try {
    await Promise.all(
      (['br', 'gzip'] as StoredEncoding[]).map((each) => {
        remember(feedCache, tag, each, fresh[each]);
        return feeds.putDocument(key, format, each, { etag: tag, bytes: fresh[each] });
      }),
    );
  } catch (error) {
    // The reader has its bytes all the same; another process renders them again.
    log.warn('a rendered feed could not be stored', { feed: key, format, error });
  }
  return fresh;
}

function remember(
  { bytes: cache }: FeedCache,
  tag: string,
  encoding: Encoding,
  bytes: Uint8Array,
): Uint8Array {
  cache.set(entityTag(tag, encoding), bytes);
  return bytes;
}

/** Strong: each encoding has bytes of its own, and so a tag of its own (RFC 9110, 8.8.3.3). */
function entityTag(tag: string, encoding: Encoding): string {
  return `"${tag}${ENCODING_MARKS[encoding]}"`;
}

const renderings = new WeakMap<Config, string>();

/** All but the articles that a document's bytes depend on. */
function renderingOf(config: Config, selector: FeedSelector): string {
  let settings = renderings.get(config);
  if (!settings) {
    const { editions, mail, ...shown } = config.publication;
    settings = createHash('sha256')
      .update(JSON.stringify([RENDERER_VERSION, config.baseUrl, shown]))
      .digest('hex');
    renderings.set(config, settings);
  }
  return `${settings} ${feedKey(selector)}`;
}

function headOf(
  { config, clock }: FeedServices,
  selector: FeedSelector,
  format: FeedFormat,
  window: FeedWindow,
  encoding: Encoding,
): FeedHead {
  const known = window.heads.get(`${format} ${encoding}`);
  if (known) return known;
  const tag = windowTag(window, format, renderingOf(config, selector));
  const lastModified = Math.min(window.lastModified, clock());
  const notModified = {
    etag: entityTag(tag, encoding),
    'last-modified': new Date(lastModified).toUTCString(),
    'cache-control': cacheControl(config),
    vary: 'Accept-Encoding',
    link: `<${feedUrl(config.baseUrl, selector, format)}>; rel="self"`,
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'ETag, Link, Last-Modified',
  };
  const full = {
    ...notModified,
    'content-type': `${FORMAT_TYPES[format]}; charset=utf-8`,
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  };
  const entityTags = ENCODINGS.map((candidate) => entityTag(tag, candidate));
  const head = { tag, entityTags, lastModified, notModified, full };
  window.heads.set(`${format} ${encoding}`, head);
  return head;
}

/** A reader waits as long as the feed's ttl says; the edge asks every minute, and serves on while we are down. */
function cacheControl(config: Config): string {
  const maxAge = config.publication.feeds.maxAgeMinutes * 60;
  return `public, max-age=${maxAge}, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400`;
}
