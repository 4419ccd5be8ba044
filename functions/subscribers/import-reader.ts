import { type Clock, type Ids, isoTime } from '../shared/clock.ts';
import { addressHash } from './email-address.ts';
import type { ImportedReader } from './import-line.ts';
import { coalesced } from './load-together.ts';
import type { LineResult } from './report-lines.ts';
import type { ConsentEvent, Subscriber, Suppression } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

export type ImportServices = { subscribers: SubscriberStore; clock: Clock; ids: Ids };
/** What an import looks up in the store for each line. Lines that are imported at the same time share a request. */
export type Lookups = {
  suppression: (addressHash: string) => Promise<Suppression | undefined>;
  id: (addressHash: string) => Promise<string | undefined>;
  reader: (id: string) => Promise<Subscriber | undefined>;
};

export function lookupsIn(subscribers: SubscriberStore): Lookups {
  const many = coalesced(
    async (ids) => new Map((await subscribers.getMany(ids)).map((reader) => [reader.id, reader])),
  );
  return {
    suppression: coalesced((hashes) => subscribers.suppressions(hashes)),
    id: coalesced((hashes) => subscribers.idsByAddress(hashes)),
    // `getMany` leaves out a reader who was merged into another one. `get` returns the other one for the old id.
    reader: async (id) => (await many(id)) ?? subscribers.get(id),
  };
}

/**
 * How often an import tries to write a reader whom other imports, or the reader, change at the same time. In each round
 * one of the writes succeeds.
 */
const ATTEMPTS = 25;

/**
 * Subscribes one reader without a mail that asks for confirmation, because the importer says that the reader agreed. An
 * import never overrules what readers decided themselves. A reader who is known here keeps language, topics and
 * consent, and gets only editions that they never had before. A reader who left an edition does not get it back, and a
 * suppressed address is refused.
 */
export async function importReader(
  { subscribers, clock, ids }: ImportServices,
  lookups: Lookups,
  reader: ImportedReader,
): Promise<LineResult> {
  const hash = addressHash(reader.email);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [suppression, id] = await Promise.all([lookups.suppression(hash), lookups.id(hash)]);
    if (suppression) return { result: 'refused', reason: inWords(suppression) };
    const previous = id ? await lookups.reader(id) : undefined;
    const at = isoTime(clock());
    if (!previous) {
      const next = added(reader, ids(), at);
      if (await subscribers.write(undefined, next, importedEvent(next, reader, at)))
        return { result: 'added' };
      continue;
    }
    const { wanted, reason } = await notLeft(subscribers, previous, reader.editions);
    const because = reason && { reason };
    const missing = wanted.filter((edition) => !previous.editions.includes(edition));
    if (wanted.length === 0) return { result: 'refused', ...because };
    if (missing.length === 0) return { result: 'unchanged', ...because };
    const next = {
      ...previous,
      editions: [...previous.editions, ...missing],
      version: previous.version + 1,
      updatedAt: at,
    };
    if (await subscribers.write(previous, next, importedEvent(next, reader, at)))
      return { result: 'updated', ...because };
  }
  throw new Error(`the reader ${hash.slice(0, 12)} could not be imported: the subscriber kept changing`);
}

function added({ consent, ...reader }: ImportedReader, id: string, at: string): Subscriber {
  return {
    id,
    version: 1,
    ...reader,
    confirmedAt: at,
    updatedAt: at,
    consent: { at: consent.at ?? at, source: 'import', detail: consent.detail },
  };
}

function importedEvent({ editions }: Subscriber, { consent }: ImportedReader, at: string): ConsentEvent {
  const agreed = consent.at ? ` (agreed at ${consent.at})` : '';
  return { at, what: 'imported', editions, detail: `${consent.detail}${agreed}` };
}

/** Returns those of the editions that the reader has not left, and a reason that names the others. */
async function notLeft(
  subscribers: SubscriberStore,
  subscriber: Subscriber,
  asked: string[],
): Promise<{ wanted: string[]; reason?: string }> {
  const { editions } = subscriber;
  if (asked.every((edition) => editions.includes(edition))) return { wanted: asked };
  const log = await subscribers.consentLog(subscriber);
  if (editions.length === 0) {
    return {
      wanted: [],
      reason: `left every edition${on(log.at(-1)?.at)}; only the reader can subscribe again`,
    };
  }
  const left = asked.filter(
    (edition) => !editions.includes(edition) && log.some((e) => e.editions.includes(edition)),
  );
  if (left.length === 0) return { wanted: asked };
  const words = left.map((edition) => `${edition}${on(leftAt(log, edition))}`).join(', ');
  return {
    wanted: asked.filter((edition) => !left.includes(edition)),
    reason: `left ${words}; only the reader can subscribe again`,
  };
}

/** Returns when the reader last left the edition (ISO 8601). The log must have its oldest events first. */
function leftAt(log: ConsentEvent[], edition: string): string | undefined {
  const last = log.findLastIndex(({ editions }) => editions.includes(edition));
  return log[last + 1]?.at;
}

function on(at: string | undefined): string {
  return at ? ` on ${at.slice(0, 10)}` : '';
}

function inWords({ reason, at }: Suppression): string {
  const words = {
    bounced: 'mail to this address came back',
    complained: 'the reader reported our mail as spam',
    refused: 'the mail provider refuses this address',
    erased: 'the reader had their data erased',
    left: 'the reader left',
  };
  return `${words[reason]}${on(at)}; an import cannot bring the address back`;
}
