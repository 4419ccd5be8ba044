import { createHash } from 'node:crypto';
import type { Config } from '../config.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { isPast } from './archive.ts';
import { hubUrl } from './feed-info.ts';
import { documentPath, type FeedAddress, type FeedFormat, FORMAT_TYPES } from './feed-key.ts';
import { type FeedHead, type FeedWindow, windowKey } from './feed-window.ts';
import { ENCODINGS, type Encoding, entityTag } from './negotiation.ts';
import { RENDERER_VERSION } from './render-feed.ts';

/** All of an answer but its body, made once for a window and encoding. */
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
  const lastModified = Math.min(window.lastModified, clock());
  const notModified = {
    etag: entityTag(tag, encoding),
    'last-modified': new Date(lastModified).toUTCString(),
    'cache-control': cacheControl(config, address, isoTime(clock())),
    vary: 'Accept-Encoding, Accept',
    link: links(config, address),
    ...ON_OTHER_SITES,
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

/** A reader may be a page of another site. */
export const ON_OTHER_SITES = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Link, Last-Modified',
};

const renderings = new WeakMap<Config, string>();

/** All but the articles that a document's bytes depend on. */
function renderingOf(config: Config, address: FeedAddress): string {
  let settings = renderings.get(config);
  if (!settings) {
    const { editions, mail, ...shown } = config.publication;
    settings = createHash('sha256')
      .update(JSON.stringify([RENDERER_VERSION, config.baseUrl, shown]))
      .digest('hex');
    renderings.set(config, settings);
  }
  return `${settings} ${windowKey(address)}`;
}

/** RFC 8288. The same two that the document names. */
function links({ baseUrl }: Config, address: FeedAddress): string {
  const hub = hubUrl(baseUrl, address);
  return `<${baseUrl}${documentPath(address)}>; rel="self"${hub ? `, <${hub}>; rel="hub"` : ''}`;
}

/** Months that are over: an hour is what a retraction may take in a reader's cache. */
const RARELY_CHANGED =
  'public, max-age=3600, s-maxage=3600, stale-while-revalidate=86400, stale-if-error=604800';

function cacheControl(config: Config, { archive }: FeedAddress, now: string): string {
  return archive && isPast(archive, now) ? RARELY_CHANGED : changedByStories(config);
}

/** A reader waits as long as the feed's ttl says; the edge asks every minute, and serves on while we are down. */
export function changedByStories({ publication }: Config): string {
  const maxAge = publication.feeds.maxAgeMinutes * 60;
  return `public, max-age=${maxAge}, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400`;
}

/**
 * `rendering` stands for everything else that the bytes depend on: the publication's settings, the feed's address
 * and the version of the renderer. It has a part of the tag of its own: two tags that differ behind it alone are of
 * documents that differ in their articles alone.
 */
export function windowTag(window: FeedWindow, format: FeedFormat, rendering: string): string {
  const known = window.tags[format];
  if (known) return known;
  const lines = window.pointers.map(
    ({ id, version, removedAt }) => `${id} ${version}${removedAt ? ' removed' : ''}`,
  );
  const content = [...lines, JSON.stringify([window.updated, window.older, window.newer])].join('\n');
  const tag = hashOf(`${format}\n${rendering}`).slice(0, MARK_CHARACTERS) + hashOf(content).slice(0, 22);
  window.tags[format] = tag;
  return tag;
}

const MARK_CHARACTERS = 8;

export function renderingMark(tag: string): string {
  return tag.slice(0, MARK_CHARACTERS);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
