import { createHash } from 'node:crypto';

/** A reader who confirmed, or who was imported. */
export type Subscriber = {
  id: string;
  /** Begins at 1. Every write adds 1. */
  version: number;
  email: string;
  language: string;
  /** Ids of editions. The list is empty if the reader has left them all. */
  editions: string[];
  /** Slugs of sections. An empty list means all sections. */
  topics: string[];
  /** A name from the IANA database. If it is absent, each edition's own time zone counts. */
  timeZone?: string | undefined;
  /** ISO 8601. The reader gets no issue before this time. */
  pausedUntil?: string | undefined;
  /** Ids of subscribers who were merged into this one. The links in their old mails lead here. */
  formerIds?: string[];
  /** When the last of these subscribers was merged into this one (ISO 8601). */
  mergedAt?: string;
  confirmedAt: string;
  updatedAt: string;
  consent: Consent;
};

/** When and how the reader agreed to be mailed. `detail` is what the import said about it. */
export type Consent = { at: string; source: 'sign-up' | 'import'; detail?: string };

/**
 * A line of a reader's consent log: what happened, and the editions that the reader was subscribed to afterwards. A
 * line `asked` has the editions that the reader asked for. It is written only when the reader confirms.
 */
export type ConsentEvent = {
  at: string;
  what: 'asked' | 'confirmed' | 'imported' | 'preferences' | 'left' | 'address' | 'suppressed';
  editions: string[];
  /**
   * How the event happened, if there are several ways: `one-click, daily`, `page`, or what an import said about the
   * consent.
   */
  detail?: string;
};

/**
 * Why an address is not mailed any more, whatever the edition. It is stored under the hash of the address. `left` means
 * that the reader is on a list of addresses that must not be mailed, such as of those who unsubscribed at the
 * newsletter's former provider.
 */
export const SUPPRESSION_REASONS = ['bounced', 'complained', 'refused', 'erased', 'left'] as const;
export type Suppression = {
  reason: (typeof SUPPRESSION_REASONS)[number];
  /** ISO 8601 */
  at: string;
  /** When the reader had everything erased (ISO 8601), even if the address was suppressed for another reason too. */
  erasedAt?: string;
  /** When the reader left (ISO 8601), even if the address was suppressed for another reason too. */
  leftAt?: string;
  detail?: string;
};

/** The reasons that end when the reader confirms a new request. */
export const ENDED_BY_CONSENT: readonly Suppression['reason'][] = ['bounced', 'erased', 'left'];

/**
 * Decides whether the suppression ends when the reader confirms a new request. It ends if mails bounced, because a
 * mailbox may have been full or moved. It ends too if the reader was erased or has left. Only an editor can lift a
 * complaint about spam, or the provider's refusal of an address.
 */
export function endsWithConsent({ reason }: Suppression): boolean {
  return ENDED_BY_CONSENT.includes(reason);
}

/** A request to subscribe. It waits until somebody confirms it. */
export type SignUp = {
  id: string;
  email: string;
  language: string;
  editions: string[];
  topics: string[];
  timeZone?: string | undefined;
  requestedAt: string;
  /** True if the address was asked to confirm something before, within a day. Requests of older versions lack it. */
  askedToday?: boolean;
  /** The subscriber who had this address at the time of the request. The mail then says that the address is known. */
  knownAs?: string | undefined;
  /** The subscriber that the confirmation made or changed. Once it is set, the link changes nothing more. */
  subscriberId?: string;
};

/** A subscriber's request to be mailed at another address. It waits until somebody confirms it from that address. */
export type AddressChange = {
  id: string;
  subscriberId: string;
  /** The new address. */
  email: string;
  requestedAt: string;
  /** True if the address was asked to confirm something before, within a day. Requests of older versions lack it. */
  askedToday?: boolean;
  /** The old address. It is set when the change has been made. */
  replaced?: string;
};

/** What a reader of an edition chose. All readers who chose the same get the same mail. */
export type Choice = { language: string; topics: string[] };

export function choiceKey({ language, topics }: Choice): string {
  return `${language}#${[...topics].sort().join(',')}`;
}

/** A reader of an edition, with what planning needs to know about them. */
export type Member = Choice & Pick<Subscriber, 'timeZone' | 'pausedUntil'> & { subscriberId: string };

export function isPaused({ pausedUntil }: { pausedUntil?: string | undefined }, now: number): boolean {
  return pausedUntil !== undefined && Date.parse(pausedUntil) > now;
}

/**
 * The number of shards: the parts over which the members of an edition are spread in the table, so that a million of
 * them can be read in parallel. It must never change, because the keys of stored members contain the shard.
 */
export const SHARDS = 16;

export function shardOf(subscriberId: string): number {
  return createHash('sha256').update(subscriberId).digest().readUInt16BE(0) % SHARDS;
}

/** How long a sign-up or a change of address can be confirmed. */
export const CONFIRM_HOURS = 72;
