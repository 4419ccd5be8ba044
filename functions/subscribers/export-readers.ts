import { csvText } from './csv-cells.ts';
import { COLUMNS, type Column } from './csv-columns.ts';
import { addressHash } from './email-address.ts';
import { SHARDS, type Subscriber, type Suppression } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

/**
 * The place at which an export goes on. An export walks through the shards in their order, and through the readers of a
 * shard by their ids.
 */
export type Place = { shard: number; after?: string };

export const FIRST_PLACE: Place = { shard: 0 };
/** The readers of one page: as many as one BatchGetItem reads (DynamoDB, quotas). */
const PAGE = 100;

/** How much an export has at most. */
export type ExportLimits = { readers: number; bytes: number };

/**
 * Writes the readers of the editions as text/csv, a page at a time: those after `place`, up to the limits. It has at
 * least one page, whatever bytes that takes. Returns the place of the next reader, or undefined after the last one. All editions of a shard are read side by side, so that
 * a reader who changes editions meanwhile is exported once.
 */
export async function* exportReaders(
  subscribers: SubscriberStore,
  editions: string[],
  place: Place,
  limits: ExportLimits,
): AsyncGenerator<string, Place | undefined, undefined> {
  yield csvText([[...COLUMNS]]);
  let at: Place | undefined = place;
  let left = limits.readers;
  let bytes = 0;
  while (at && left > 0) {
    const page: Page = await readPage(subscribers, editions, at, Math.min(PAGE, left));
    const text = page.readers.length > 0 ? csvText(page.readers) : '';
    const isFirst = bytes === 0;
    bytes += Buffer.byteLength(text);
    if (!isFirst && bytes > limits.bytes) return at;
    left -= page.readers.length;
    at = page.next;
    if (text !== '') yield text;
  }
  return at;
}

type Page = { readers: string[][]; next: Place | undefined };

async function readPage(
  subscribers: SubscriberStore,
  editions: string[],
  { shard, after }: Place,
  limit: number,
): Promise<Page> {
  const lists = await Promise.all(
    editions.map((edition) => subscribers.members(edition, shard, after, limit)),
  );
  const found = new Set(lists.flatMap((members) => members.map(({ subscriberId }) => subscriberId)));
  // Each list has the lowest ids of its edition, up to the limit. So the lowest ids of all lists together, up to the
  // limit, are complete: no reader between them is missing.
  const ids = [...found].sort().slice(0, limit);
  const last = ids.at(-1);
  const isEnd = lists.every((members) => members.length < limit) && found.size <= limit;
  const next = isEnd ? nextShard(shard) : last === undefined ? undefined : { shard, after: last };

  const readers = (await subscribers.getMany(ids)).filter((reader) =>
    reader.editions.some((edition) => editions.includes(edition)),
  );
  const suppressed = await subscribers.suppressions(readers.map(({ email }) => addressHash(email)));
  return {
    readers: readers.map((reader) => cellsOf(reader, suppressed.get(addressHash(reader.email)))),
    next,
  };
}

function nextShard(shard: number): Place | undefined {
  return shard + 1 < SHARDS ? { shard: shard + 1 } : undefined;
}

function cellsOf(reader: Subscriber, suppression: Suppression | undefined): string[] {
  const { consent } = reader;
  const cells: Record<Column, string> = {
    email: reader.email,
    language: reader.language,
    editions: reader.editions.join(';'),
    topics: reader.topics.join(';'),
    timeZone: reader.timeZone ?? '',
    pausedUntil: reader.pausedUntil ?? '',
    consentAt: consent.at,
    consentSource: (consent.source === 'import' && consent.detail) || consent.source,
    suppressed: suppression?.reason ?? '',
    id: reader.id,
    confirmedAt: reader.confirmedAt,
  };
  return COLUMNS.map((column) => cells[column]);
}

export function encodePlace({ shard, after }: Place): string {
  return Buffer.from(`${shard}.${after ?? ''}`).toString('base64url');
}

/** Reads the `cursor` in the query of an export. Returns undefined if it was not made by `encodePlace`. */
export function decodePlace(cursor: string): Place | undefined {
  const [, shard, after] =
    /^(\d{1,2})\.([\x21-\x7e]{0,128})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (shard === undefined || Number(shard) >= SHARDS) return undefined;
  return { shard: Number(shard), ...(after && { after }) };
}
