import type { Config } from '../config.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { securityHeaders } from '../shared/security-headers.ts';
import { sha256 } from '../shared/text.ts';
import { isPast } from './archive.ts';
import { hubUrl } from './feed-info.ts';
import { documentPath, type FeedAddress, type FeedFormat, FORMAT_TYPES } from './feed-key.ts';
import { type FeedHead, type FeedWindow, windowKey } from './feed-window.ts';
import { ENCODINGS, type Encoding, entityTag, opaqueTag } from './negotiation.ts';
import { RENDERER_VERSION } from './render-feed.ts';

/** Returns everything in an answer except its body. It is made once for a window and an encoding. */
export function headOf(
  { config, clock }: { config: Config; clock: Clock },
  address: FeedAddress,
  window: FeedWindow,
  encoding: Encoding,
): FeedHead {
  const { format } = address;
  const known = window.heads[format]?.[encoding];
  if (known) return known;
  const tag = windowTag(window, format, renderingOf(config, address));
  // Last-Modified must not be in the future (RFC 9110, section 8.8.2.1), so it is at most the present time.
  const lastModified = Math.min(window.lastModified, clock());
  const notModified = {
    etag: entityTag(tag, encoding),
    'last-modified': new Date(lastModified).toUTCString(),
    'cache-control': cacheControl(config, address, isoTime(clock())),
    vary: 'Accept-Encoding, Accept',
    link: links(config, address),
    ...ON_OTHER_SITES,
    ...securityHeaders(config),
  };
  const full = {
    ...notModified,
    'content-type': `${FORMAT_TYPES[format]}; charset=utf-8`,
    ...(encoding !== 'identity' && { 'content-encoding': encoding }),
  };
  const entityTags = ENCODINGS.map((candidate) => entityTag(tag, candidate));
  const head = { tag, entityTags, lastModified, notModified, full };
  window.heads[format] = { ...window.heads[format], [encoding]: head };
  return head;
}

/** These headers let a feed reader that is a web page of another site read the answer. */
export const ON_OTHER_SITES = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Link, Last-Modified',
};

const renderings = new WeakMap<Config, string>();

/** Returns a text for everything except the articles that the bytes of a document depend on. */
function renderingOf(config: Config, address: FeedAddress): string {
  let settings = renderings.get(config);
  if (!settings) {
    const { editions, mail, ...shown } = config.publication;
    settings = sha256(JSON.stringify([RENDERER_VERSION, config.baseUrl, shown]));
    renderings.set(config, settings);
  }
  return `${settings} ${windowKey(address)}`;
}

/** Returns the header `Link` (RFC 8288). It has the same links to the document and to the hub as the document. */
function links({ baseUrl }: Config, address: FeedAddress): string {
  const hub = hubUrl(baseUrl, address);
  return `<${baseUrl}${documentPath(address)}>; rel="self"${hub ? `, <${hub}>; rel="hub"` : ''}`;
}

/**
 * The `Cache-Control` of archives of months that are over. A cache that we cannot empty may show a retracted article for
 * an hour. It may do so for a day more while it fetches the new document, and for a week while we are down.
 */
const RARELY_CHANGED =
  'public, max-age=3600, s-maxage=3600, stale-while-revalidate=86400, stale-if-error=604800';

function cacheControl(config: Config, { archive }: FeedAddress, now: string): string {
  return archive && isPast(archive, now) ? RARELY_CHANGED : changedByStories(config);
}

/**
 * Returns the `Cache-Control` of documents that new stories change. Feed readers keep a document as long as the feed's
 * ttl says. The edge, which is the network of caches in front of us, asks again every minute. It goes on serving its
 * copy while we are down.
 */
export function changedByStories({ publication }: Config): string {
  const maxAge = publication.feeds.maxAgeMinutes * 60;
  return `public, max-age=${maxAge}, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400`;
}

/**
 * Returns the tag of a window's document. `rendering` stands for everything else that the bytes depend on: the settings
 * of the publication, the address of the feed and the version of the renderer. The tag begins with a mark for it. If
 * two tags have the same mark, their documents differ in nothing but their articles.
 */
export function windowTag(window: FeedWindow, format: FeedFormat, rendering: string): string {
  const known = window.tags[format];
  if (known) return known;
  const lines = window.pointers.map(
    ({ id, version, removedAt }) => `${id} ${version}${removedAt ? ' removed' : ''}`,
  );
  const content = [...lines, JSON.stringify([window.updated, window.older, window.newer])].join('\n');
  const tag = opaqueTag(`${format}\n${rendering}`).slice(0, MARK_CHARACTERS) + opaqueTag(content);
  window.tags[format] = tag;
  return tag;
}

const MARK_CHARACTERS = 8;

/** Returns the part of a tag that stands for everything except the articles. */
export function renderingMark(tag: string): string {
  return tag.slice(0, MARK_CHARACTERS);
}
