import { createHash } from 'node:crypto';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { isNotModified } from './conditional.ts';
import { chooseEncoding, ENCODINGS, encode, NO_ENCODING } from './encoding.ts';
import { entityTag } from './feed-head.ts';
import type { FeedRequest } from './feed-request.ts';

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
