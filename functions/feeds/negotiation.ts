import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import { done, type Outcome, type Refusal, refused } from '../shared/refusal.ts';

/**
 * HTTP's side of a feed document: which encoding a client gets, the entity tag of each encoding, and whether the client has
 * the document already.
 */

/** The headers of a request that decide what it is answered; undefined: it has none of the name. */
export type FeedRequest = {
  accept?: string | undefined;
  acceptEncoding?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  /** RFC 3229: which instance manipulations the reader understands. */
  aIm?: string | undefined;
};

type HeadersByName = Partial<
  Record<'accept' | 'accept-encoding' | 'if-none-match' | 'if-modified-since' | 'a-im', string | undefined>
>;

/** From headers by their names in lower case. */
export function feedRequest(headers: HeadersByName): FeedRequest {
  return {
    accept: headers.accept,
    acceptEncoding: headers['accept-encoding'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    aIm: headers['a-im'],
  };
}

/** How the bytes of a document may be coded, the smallest first. */
export const ENCODINGS = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The part of an entity tag that tells the encodings apart. */
export const ENCODING_MARKS: Record<Encoding, string> = { br: '-br', gzip: '-gz', identity: '' };

/** A tag without the mark of its encoding. */
export function withoutEncoding(tag: string): string {
  return tag.replace(/-(?:br|gz)$/, '');
}

/** Strong: each encoding has bytes of its own, and so a tag of its own (RFC 9110, 8.8.3.3). */
export function entityTag(tag: string, encoding: Encoding): string {
  return `"${tag}${ENCODING_MARKS[encoding]}"`;
}

/** The members of a list of entity tags, weak ones as strong: 13.1.2 compares weakly. */
export function entityTags(list: string): string[] {
  return [...list.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)].map((match) => match[1] ?? '');
}

/** Its published types are of an older version, which could not order encodings that the client likes equally. */
type WithPreferences = Negotiator & {
  encodings(available: string[], options: { preferred: string[] }): string[];
};

/** Clients send a handful of different headers; parsing one costs more than all else that a poll needs. */
const chosen = recent<string, { encoding: Encoding | undefined }>(500);

/** RFC 9110, 12.5.3. Undefined where the client refuses every encoding there is. */
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
  detail: `Every encoding of this document is refused; it has ${ENCODINGS.join(', ')}.`,
};

export async function encode(text: string, encoding: Encoding): Promise<Uint8Array> {
  const bytes = Buffer.from(text);
  switch (encoding) {
    case 'identity':
      return bytes;
    case 'gzip':
      return promisify(gzip)(bytes);
    case 'br':
      // Quality 5 is within some per cent of the best at a thirtieth of its time.
      return promisify(brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 5,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
        },
      });
  }
}

/**
 * Whether the client has the document already (RFC 9110, section 13). The document has a strong ETag and a Last-Modified.
 * `tags` are the current entity tags, one an encoding, each with its quotes: a 304 is right whichever encoding the
 * client stored. `lastModified` in milliseconds.
 */
export function isNotModified(
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  tags: string[],
  lastModified: number,
): boolean {
  // 13.1.3: If-Modified-Since is ignored where If-None-Match is present.
  if (ifNoneMatch !== undefined) {
    // What nearly every poll sends: the one tag that it was given.
    if (tags.includes(ifNoneMatch)) return true;
    return ifNoneMatch.trim() === '*' || entityTags(ifNoneMatch).some((tag) => tags.includes(tag));
  }
  const since = ifModifiedSince === undefined ? undefined : httpDate(ifModifiedSince);
  return since !== undefined && Math.floor(lastModified / 1000) * 1000 <= since;
}

const DAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
/** 5.6.7: the one preferred form, and the two obsolete ones that a recipient must accept. */
const HTTP_DATES = [
  new RegExp(`^(?:${DAYS}), \\d{2} (?:${MONTHS}) \\d{4} \\d{2}:\\d{2}:\\d{2} GMT$`),
  new RegExp(`^\\w{6,9}, \\d{2}-(?:${MONTHS})-\\d{2} \\d{2}:\\d{2}:\\d{2} GMT$`),
  new RegExp(`^(?:${DAYS}) (?:${MONTHS}) [ \\d]\\d \\d{2}:\\d{2}:\\d{2} \\d{4}$`),
];

/** Milliseconds; undefined for what is no HTTP date, which is then ignored. */
function httpDate(text: string): number | undefined {
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined;
  const milliseconds = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/**
 * A memory for what is cheap to find again and asked for with every poll: emptied when it is full. One that knows what
 * was used last (`lru-cache`) takes several times as long to answer.
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
 * A text that is whole in memory, under the rules of a feed document: a strong ETag for each encoding, and 304. It has no
 * date, so `If-Modified-Since` is not asked. `headers` are those of a 200.
 */
export async function answerText(
  text: string,
  headers: Record<string, string>,
  { acceptEncoding, ifNoneMatch }: FeedRequest,
): Promise<Outcome<Response>> {
  const encoding = chooseEncoding(acceptEncoding);
  if (!encoding) return refused(NO_ENCODING);
  const tag = createHash('sha256').update(text).digest('base64url').slice(0, 22);
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
