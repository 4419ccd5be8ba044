import type { OutboxEntry } from '../shared/outbox.ts';
import type {
  AddressChange,
  Choice,
  ConsentEvent,
  Member,
  SignUp,
  Subscriber,
  Suppression,
} from './subscriber.ts';

/** What else happens in the transaction that writes a subscriber. */
export type Along = {
  /** Is confirmed by it. That it was asked for becomes a line of the consent log too. */
  signUp?: SignUp;
  /** The suppression of the address, one that `endsWithConsent`, is lifted. */
  lift?: boolean | undefined;
  /** Is carried out by it, and the old address told. */
  addressChange?: AddressChange;
  /** Another subscriber, who has the address: taken in, so that their links lead to this one. */
  merged?: Subscriber | undefined;
  /** What it brings with it. */
  events?: OutboxEntry[];
};

export type SubscriberStore = {
  /** The sign-up and the event that mails its confirmation, at once. Returns the event's id. */
  putSignUp(signUp: SignUp): Promise<string>;
  signUp(id: string, now: number): Promise<SignUp | undefined>;
  /** Those of an address, also once they were confirmed, until they run out. */
  signUpsOf(addressHash: string, now: number): Promise<SignUp[]>;

  /** The change and the event that mails its confirmation, at once. Returns the event's id. */
  putAddressChange(change: AddressChange): Promise<string>;
  addressChange(subscriberId: string, id: string, now: number): Promise<AddressChange | undefined>;
  addressChangesOf(subscriberId: string, now: number): Promise<AddressChange[]>;
  /** The event that mails a reader the link to their preferences. Returns its id. */
  putLinkRequest(request: {
    id: string;
    subscriberId: string;
    language: string;
    at: string;
  }): Promise<string>;

  /** Strongly consistent: who has left a moment ago has left. The id of one who was merged gives the one they are in. */
  get(id: string): Promise<Subscriber | undefined>;
  /**
   * Those that exist, in the order of `ids`. Subscribers who were merged into another are left out: that one gets mails of
   * its own.
   */
  getMany(ids: string[]): Promise<Subscriber[]>;
  idByAddress(addressHash: string): Promise<string | undefined>;
  idsByAddress(addressHashes: string[]): Promise<Map<string, string>>;
  /**
   * The subscriber, the claim on the address, the memberships, the line of the consent log and what goes along with them
   * in one transaction. False where the subscriber is not at `previous` any more, the address was claimed by another,
   * something that goes along is not as it was, or what happened is an import and the address is suppressed: read again.
   */
  write(
    previous: Subscriber | undefined,
    next: Subscriber,
    event: ConsentEvent,
    along?: Along,
  ): Promise<boolean>;
  /** Oldest first; of those too who were merged with the subscriber. */
  consentLog(subscriber: Pick<Subscriber, 'id' | 'formerIds'>): Promise<ConsentEvent[]>;

  suppress(addressHash: string, suppression: Suppression): Promise<void>;
  /** Those of the addresses that must never be mailed, by their hashes. */
  suppressions(addressHashes: string[]): Promise<Map<string, Suppression>>;

  /** Erasure, first: the address is suppressed. One that was keeps its reason, and loses what else was noted of it. */
  suppressErased(addressHash: string, at: string): Promise<void>;
  /**
   * Then: the consent log, the sign-ups of the address and those of earlier ones, the changes of it that were asked for,
   * what the mail provider told of their mails.
   */
  eraseTraces(subscriber: Subscriber, earlierSignUps: SignUp[]): Promise<void>;
  /** Last: the subscriber, the claim on the address, the memberships. False where the subscriber has changed: once more. */
  remove(subscriber: Subscriber): Promise<boolean>;

  /** Members of one shard in the order of their ids, after `after`. */
  members(edition: string, shard: number, after: string | undefined, limit: number): Promise<Member[]>;
  /** Every choice that members of the edition have made. */
  choices(edition: string): Promise<Choice[]>;
};
