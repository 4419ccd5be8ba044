import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import { done, type Outcome, type Refusal, refused } from '../shared/refusal.ts';

/**
 * The rules of HTTP for feed documents: which encoding a client gets, the entity tag of each encoding, and whether the
 * client has the document already.
 */

/** The request headers that decide the answer. A header that the request lacks is undefined. */
export type FeedRequest = {
  accept?: string | undefined;
  acceptEncoding?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  /** The instance manipulations that the feed reader understands (RFC 3229). */
  aIm?: string | undefined;
};

type HeadersByName = Partial<
  Record<'accept' | 'accept-encoding' | 'if-none-match' | 'if-modified-since' | 'a-im', string | undefined>
>;

/** Reads the headers of a request. Their names are in lower case. */
export function feedRequest(headers: HeadersByName): FeedRequest {
  return {
    accept: headers.accept,
    acceptEncoding: headers['accept-encoding'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    aIm: headers['a-im'],
  };
}

/** The encodings of a document, in the order of our preference: the smallest comes first. */
export const ENCODINGS = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The end of an entity tag, which says the encoding. */
export const ENCODING_MARKS: Record<Encoding, string> = { br: '-br', gzip: '-gz', identity: '' };

/** Returns a tag for a text: 22 characters, which are 132 bits of its SHA-256. */
export function opaqueTag(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** Returns a tag without the mark of its encoding. */
export function withoutEncoding(tag: string): string {
  return tag.replace(/-(?:br|gz)$/, '');
}

/**
 * Returns the strong entity tag of an encoding. Each encoding has other bytes and needs another tag (RFC 9110,
 * 8.8.3.3).
 */
export function entityTag(tag: string, encoding: Encoding): string {
  return `"${tag}${ENCODING_MARKS[encoding]}"`;
}

/**
 * Returns the entity tags of a list. Weak tags become strong, because If-None-Match compares weakly (section 13.1.2).
 */
export function entityTags(list: string): string[] {
  return [...list.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)].map((match) => match[1] ?? '');
}

/** The published types lack the option `preferred`, which orders the encodings that a client likes equally. */
type WithPreferences = Negotiator & {
  encodings(available: string[], options: { preferred: string[] }): string[];
};

/**
 * The encodings that were chosen for values of Accept-Encoding. Clients send only a few different values, and to parse
 * one takes longer than everything else in a poll. So the results are remembered.
 */
const chosen = recent<string, { encoding: Encoding | undefined }>(500);

/**
 * Chooses the encoding for a client (RFC 9110, section 12.5.3). Returns undefined if the client refuses all of them.
 */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding | undefined {
  if (acceptEncoding === undefined) return 'identity';
  const known = chosen.get(acceptEncoding);
  if (known) return known.encoding;
  const encoding = negotiated(acceptEncoding);
  if (acceptEncoding.length <= 200) chosen.set(acceptEncoding, { encoding });
  return encoding;
}

function negotiated(acceptEncoding: string): Encoding | undefined {
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } }) as WithPreferences;
  return negotiator.encodings([...ENCODINGS], { preferred: [...ENCODINGS] })[0] as Encoding | undefined;
}

export const NO_ENCODING: Refusal = {
  kind: 'not-acceptable',
  detail: `Accept-Encoding refuses every encoding of this document; it has ${ENCODINGS.join(', ')}.`,
};

export async function encode(text: string, encoding: Encoding): Promise<Uint8Array> {
  const bytes = Buffer.from(text);
  switch (encoding) {
    case 'identity':
      return bytes;
    case 'gzip':
      return promisify(gzip)(bytes);
    case 'br':
      // Quality 5 is chosen because it takes a thirtieth of the time of the best quality, and its result is only a few
      // per cent larger.
      return promisify(brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 5,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
        },
      });
  }
}

/**
 * Checks whether the client has the document already (RFC 9110, section 13). `tags` are the entity tags of all
 * encodings with their quotes, because a 304 is right whichever encoding the client stored. `lastModified` is in
 * milliseconds since 1970.
 */
export function isNotModified(
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  tags: string[],
  lastModified: number,
): boolean {
  // If-Modified-Since is ignored if the request has If-None-Match (section 13.1.3).
  if (ifNoneMatch !== undefined) {
    // Nearly every poll sends the one tag that it was given, which needs no parsing.
    if (tags.includes(ifNoneMatch)) return true;
    return ifNoneMatch.trim() === '*' || entityTags(ifNoneMatch).some((tag) => tags.includes(tag));
  }
  const since = ifModifiedSince === undefined ? undefined : httpDate(ifModifiedSince);
  return since !== undefined && Math.floor(lastModified / 1000) * 1000 <= since;
}

const DAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
/** The preferred form of a date, and the two obsolete forms that a recipient must accept (RFC 9110, section 5.6.7). */
const HTTP_DATES = [
  new RegExp(`^(?:${DAYS}), \\d{2} (?:${MONTHS}) \\d{4} \\d{2}:\\d{2}:\\d{2} GMT$`),
  new RegExp(`^\\w{6,9}, \\d{2}-(?:${MONTHS})-\\d{2} \\d{2}:\\d{2}:\\d{2} GMT$`),
  new RegExp(`^(?:${DAYS}) (?:${MONTHS}) [ \\d]\\d \\d{2}:\\d{2}:\\d{2} \\d{4}$`),
];

/**
 * Returns a date in milliseconds since 1970, or undefined for a malformed date, which must be ignored (section 13.1.3).
 */
function httpDate(text: string): number | undefined {
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined;
  const milliseconds = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/**
 * A cache for values that every poll needs and that are cheap to find again. It is emptied when it is full. A cache
 * that knows what was used last (`lru-cache`) takes several times as long to answer.
 */
export type Recent<K, V> = { get(key: K): V | undefined; set(key: K, value: V): void };

export function recent<K, V>(max: number): Recent<K, V> {
  const known = new Map<K, V>();
  return {
    get: (key) => known.get(key),
    set(key, value) {
      if (known.size >= max) known.clear();
      known.set(key, value);
    },
  };
}

/**
 * Answers with a text under the rules of feed documents: a strong ETag for each encoding, and 304. The text has no
 * date, so `If-Modified-Since` is ignored. `headers` are the headers of a 200.
 */
export async function answerText(
  text: string,
  headers: Record<string, string>,
  { acceptEncoding, ifNoneMatch }: FeedRequest,
): Promise<Outcome<Response>> {
  const encoding = chooseEncoding(acceptEncoding);
  if (!encoding) return refused(NO_ENCODING);
  const tag = opaqueTag(text);
  const etag = entityTag(tag, encoding);
  const known = ENCODINGS.map((candidate) => entityTag(tag, candidate));
  if (isNotModified(ifNoneMatch, undefined, known, 0)) {
    const { 'content-type': _, ...notModified } = headers;
    return done(new Response(null, { status: 304, headers: { ...notModified, etag } }));
  }
  const bytes = await encode(text, encoding);
  return done(
    new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        ...headers,
        etag,
        'content-length': String(bytes.byteLength),
        ...(encoding !== 'identity' && { 'content-encoding': encoding }),
      },
    }),
  );
}
