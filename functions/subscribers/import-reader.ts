import { type Clock, type Ids, isoTime } from '../shared/clock.ts';
import { coalesced } from './coalesced.ts';
import { addressHash } from './email-address.ts';
import type { ImportedReader } from './import-line.ts';
import type { ConsentEvent, Subscriber, Suppression } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';

export type ImportServices = { subscribers: SubscriberStore; clock: Clock; ids: Ids };
/** What is asked of each line: many lines are asked at once. */
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
    // Readers that became one with another are not among many, but each is found.
    reader: async (id) => (await many(id)) ?? subscribers.get(id),
  };
}

/** `reason` says why a line was refused, or why it did not do all that it asked for. */
export type Imported = { result: 'added' | 'updated' | 'unchanged' | 'refused'; reason?: string };

/** Of several imports and the reader at once each round lets one through. */
const ATTEMPTS = 25;

/**
 * Subscribes one reader, on the word of whoever imports: no mail asks for a confirmation. What readers decided themselves
 * stays decided. One who is there keeps language, topics and consent, and gets editions only that they never had; one who
 * left an edition, or was suppressed, is not brought back.
 */
export async function importReader(
  { subscribers, clock, ids }: ImportServices,
  lookups: Lookups,
  reader: ImportedReader,
): Promise<Imported> {
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
    const { wanted, reason } = await stillOpen(subscribers, previous, reader.editions);
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
  throw new Error(`the reader ${hash.slice(0, 12)} could not be imported: they kept changing`);
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

/** Of the editions those that the reader has not left, and what is to be said of the others. */
async function stillOpen(
  subscribers: SubscriberStore,
  subscriber: Subscriber,
  asked: string[],
): Promise<{ wanted: string[]; reason?: string }> {
  const { editions } = subscriber;
  if (asked.every((edition) => editions.includes(edition))) return { wanted: asked };
  const log = await subscribers.consentLog(subscriber);
  if (editions.length === 0) {
    return { wanted: [], reason: `left every edition${on(log.at(-1)?.at)}; only they can come back` };
  }
  const left = asked.filter(
    (edition) => !editions.includes(edition) && log.some((e) => e.editions.includes(edition)),
  );
  if (left.length === 0) return { wanted: asked };
  const words = left.map((edition) => `${edition}${on(leftAt(log, edition))}`).join(', ');
  return {
    wanted: asked.filter((edition) => !left.includes(edition)),
    reason: `left ${words}; only they can come back`,
  };
}

/** When the log last has a reader without an edition that they had before. Oldest events first. */
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
    complained: 'the reader complained of our mail',
    refused: 'the mail provider refuses this address',
    erased: 'the reader had their data erased',
  };
  return `${words[reason]}${on(at)}; an import cannot bring the address back`;
}
