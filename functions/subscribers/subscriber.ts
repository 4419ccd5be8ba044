import { createHash } from 'node:crypto';

/** A reader who confirmed. */
export type Subscriber = {
  id: string;
  /** Counted up by every write, from 1. */
  version: number;
  email: string;
  language: string;
  /** Ids of editions; empty once the reader has left them all. */
  editions: string[];
  /** Slugs of sections; empty: all of them. */
  topics: string[];
  /** Of the IANA database; unset: the edition's own. */
  timeZone?: string;
  /** ISO 8601. Until then the reader gets no issue. */
  pausedUntil?: string;
  confirmedAt: string;
  updatedAt: string;
  consent: Consent;
};

/** When and how the reader agreed to be mailed. `detail` is what an import says of it. */
export type Consent = { at: string; source: 'sign-up' | 'import'; detail?: string };

/** A line of a reader's consent log: what was done, and what they were subscribed to afterwards. */
export type ConsentEvent = {
  at: string;
  what: 'confirmed' | 'imported' | 'preferences' | 'left' | 'address' | 'suppressed';
  editions: string[];
  /** How, where there are several ways: `one-click`, `page`, a file's name. */
  detail?: string;
};

/** Why an address is never mailed again, whatever the edition. Only its hash is kept. */
export type Suppression = {
  reason: 'bounced' | 'complained' | 'refused' | 'erased';
  /** ISO 8601 */
  at: string;
  detail?: string;
};

/** A request to subscribe that waits for its confirmation. */
export type SignUp = {
  id: string;
  email: string;
  language: string;
  editions: string[];
  topics: string[];
  requestedAt: string;
  /** Set once it was confirmed: the link then does nothing more. */
  subscriberId?: string;
};

/** What a reader of an edition chose: all who chose the same get the same mail. */
export type Choice = { language: string; topics: string[] };

export function choiceKey({ language, topics }: Choice): string {
  return `${language}#${[...topics].sort().join(',')}`;
}

/** A reader of an edition, as planning pages through them. */
export type Member = Choice & Pick<Subscriber, 'timeZone' | 'pausedUntil'> & { subscriberId: string };

export function isPaused({ pausedUntil }: { pausedUntil?: string | undefined }, now: number): boolean {
  return pausedUntil !== undefined && Date.parse(pausedUntil) > now;
}

/** Partitions an edition's members are spread over, so that a million can be read in parallel. Never change it. */
export const SHARDS = 16;

export function shardOf(subscriberId: string): number {
  return createHash('sha256').update(subscriberId).digest().readUInt16BE(0) % SHARDS;
}

export const CONFIRM_HOURS = 72;
