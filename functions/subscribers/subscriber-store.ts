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

/** What else a transaction writes together with a subscriber. */
export type Along = {
  /** The sign-up that is confirmed. The consent log gets one more line, for the request. */
  signUp?: SignUp;
  /**
   * If true, the suppression of the address is lifted, which must be one that `endsWithConsent`. If false, the address
   * must not be suppressed.
   */
  lift?: boolean | undefined;
  /** The suppression of the address, and the one that it had before. */
  suppression?: { previous: Suppression | undefined; next: Suppression };
  /** The change of address that is carried out. An event that mails a notice to the old address is written too. */
  addressChange?: AddressChange;
  /** The subscriber who has the new address. That subscriber is merged into this one, and their links lead here. */
  merged?: Subscriber | undefined;
  /** Further events for the outbox. */
  events?: OutboxEntry[];
};

export type SubscriberStore = {
  /** Stores a sign-up and the event that mails its confirmation, in one transaction. Returns the event's id. */
  putSignUp(signUp: SignUp): Promise<string>;
  signUp(id: string, now: number): Promise<SignUp | undefined>;
  /** Returns the sign-ups of an address that have not run out, confirmed ones too. */
  signUpsOf(addressHash: string, now: number): Promise<SignUp[]>;

  /**
   * Stores a change of address and the event that mails its confirmation, in one transaction. Returns the event's id.
   */
  putAddressChange(change: AddressChange): Promise<string>;
  addressChange(subscriberId: string, id: string, now: number): Promise<AddressChange | undefined>;
  addressChangesOf(subscriberId: string, now: number): Promise<AddressChange[]>;
  /** Stores the event that mails a reader the link to their preferences. Returns the event's id. */
  putLinkRequest(request: { id: string; addressHash: string; at: string }): Promise<string>;

  /**
   * Returns the subscriber by a strongly consistent read, so that somebody who left a moment ago is seen to have left.
   * The id of a subscriber who was merged into another one returns that other one.
   */
  get(id: string): Promise<Subscriber | undefined>;
  /**
   * Returns the subscribers that exist, in the order of `ids`. It leaves out those who were merged into another one,
   * because the other one gets mails under its own id.
   */
  getMany(ids: string[]): Promise<Subscriber[]>;
  idByAddress(addressHash: string): Promise<string | undefined>;
  idsByAddress(addressHashes: string[]): Promise<Map<string, string>>;
  /**
   * Writes the subscriber, the item that ties the address to them, their memberships in editions, a line of the consent
   * log and everything in `along` in one transaction. Returns false and writes nothing if the subscriber has changed
   * since `previous`, if the address belongs to another subscriber, if something in `along` has changed, or if the
   * event is an import and the address is suppressed. The caller then reads everything again.
   */
  write(
    previous: Subscriber | undefined,
    next: Subscriber,
    event: ConsentEvent,
    along?: Along,
  ): Promise<boolean>;
  /** Returns the events of the subscriber and of those who were merged into them, oldest first. */
  consentLog(subscriber: Pick<Subscriber, 'id' | 'formerIds'>): Promise<ConsentEvent[]>;

  suppress(addressHash: string, suppression: Suppression): Promise<void>;
  /** Returns the suppressions by address hash. An address that may be mailed is not in the map. */
  suppressions(addressHashes: string[]): Promise<Map<string, Suppression>>;

  /**
   * The first step of an erasure. It suppresses the address. An address that was suppressed before keeps its reason and
   * time, and its detail is removed.
   */
  suppressErased(addressHash: string, at: string): Promise<void>;
  /**
   * The second step of an erasure. It deletes the consent log, the sign-ups of the address, `earlierSignUps`, the
   * requests to change the address, and what the mail provider reported about the reader's mails.
   */
  eraseTraces(subscriber: Subscriber, earlierSignUps: SignUp[]): Promise<void>;
  /**
   * The last step of an erasure. It deletes the subscriber, the item that ties the address to them, their memberships
   * in editions, and the ids of those who were merged into them. Returns false if the subscriber has changed. The
   * caller then begins again.
   */
  remove(subscriber: Subscriber): Promise<boolean>;

  /** Returns up to `limit` members of one shard in the order of their ids. It begins after the id `after`. */
  members(edition: string, shard: number, after: string | undefined, limit: number): Promise<Member[]>;
  /** Returns every choice that members of the edition have ever made. */
  choices(edition: string): Promise<Choice[]>;
};
