import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** How the bytes of a document may be coded, the smallest first. */
export const ENCODINGS = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The part of an entity tag that tells the encodings apart. */
export const ENCODING_MARKS: Record<Encoding, string> = { br: '-br', gzip: '-gz', identity: '' };

/** A tag without the mark of its encoding. */
export function untagged(tag: string): string {
  return tag.replace(/-(?:br|gz)$/, '');
}

/** Its published types are of an older version, which could not order encodings that the client likes equally. */
type WithPreferences = Negotiator & {
  encodings(available: string[], options: { preferred: string[] }): string[];
};

/** Clients send a handful of different headers; parsing one costs more than all else that a poll needs. */
const chosen = new LRUCache<string, { encoding: Encoding | undefined }>({ max: 500 });

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
