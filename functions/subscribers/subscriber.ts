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
  timeZone?: string | undefined;
  /** ISO 8601. Until then the reader gets no issue. */
  pausedUntil?: string | undefined;
  /** Of subscribers that this one has taken in, address and all: the links in their old mails lead here. */
  formerIds?: string[];
  /** ISO 8601. When the last of them was taken in. */
  mergedAt?: string;
  confirmedAt: string;
  updatedAt: string;
  consent: Consent;
};

/** When and how the reader agreed to be mailed. `detail` is what an import says of it. */
export type Consent = { at: string; source: 'sign-up' | 'import'; detail?: string };

/**
 * A line of a reader's consent log: what was done, and what they were subscribed to afterwards; of `asked`, what they
 * asked for. It is written once they have confirmed.
 */
export type ConsentEvent = {
  at: string;
  what: 'asked' | 'confirmed' | 'imported' | 'preferences' | 'left' | 'address' | 'suppressed';
  editions: string[];
  /** How, where there are several ways: `one-click, daily`, `page`, a file's name. */
  detail?: string;
};

/** Why an address is never mailed again, whatever the edition. Only its hash is kept. */
export type Suppression = {
  reason: 'bounced' | 'complained' | 'refused' | 'erased';
  /** ISO 8601 */
  at: string;
  /** ISO 8601. The reader had everything erased, whatever else became of the address before or since. */
  erasedAt?: string;
  detail?: string;
};

/**
 * These end when the reader confirms that they want our mails after all: a mailbox was full or moved, or they had us
 * forget them. A complaint, and an address that the provider takes nothing for, only an editor can lift.
 */
export function endsWithConsent({ reason }: Suppression): boolean {
  return reason === 'bounced' || reason === 'erased';
}

/** A request to subscribe that waits for its confirmation. */
export type SignUp = {
  id: string;
  email: string;
  language: string;
  editions: string[];
  topics: string[];
  timeZone?: string | undefined;
  requestedAt: string;
  /** Whose address it was when this was asked for: the mail then says so. */
  knownAs?: string | undefined;
  /** Set once it was confirmed: the link then does nothing more. */
  subscriberId?: string;
};

/** A request of a subscriber to be mailed elsewhere, which waits for a confirmation from there. */
export type AddressChange = {
  id: string;
  subscriberId: string;
  /** The new address. */
  email: string;
  requestedAt: string;
  /** The old one, once it was replaced. */
  replaced?: string;
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
