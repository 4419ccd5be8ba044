import type { Choice, ConsentEvent, Member, SignUp, Subscriber, Suppression } from './subscriber.ts';

export type SubscriberStore = {
  /** The sign-up and the event that mails its confirmation, at once. Returns the event's id. */
  putSignUp(signUp: SignUp): Promise<string>;
  signUp(id: string, now: number): Promise<SignUp | undefined>;

  /** Strongly consistent: who has left a moment ago has left. */
  get(id: string): Promise<Subscriber | undefined>;
  getMany(ids: string[]): Promise<Subscriber[]>;
  idByAddress(addressHash: string): Promise<string | undefined>;
  /**
   * The subscriber, the claim on the address, the memberships, the line of the consent log and the confirmed sign-up in
   * one transaction. False where the subscriber is not at `previous` any more, or the address was claimed by another, or
   * what happened is an import and the address is suppressed: read again.
   */
  write(
    previous: Subscriber | undefined,
    next: Subscriber,
    event: ConsentEvent,
    confirmed?: SignUp,
  ): Promise<boolean>;
  /** Oldest first. */
  consentLog(id: string): Promise<ConsentEvent[]>;

  suppress(addressHash: string, suppression: Suppression): Promise<void>;
  /** Those of the addresses that must never be mailed, by their hashes. */
  suppressions(addressHashes: string[]): Promise<Map<string, Suppression>>;

  /** Members of one shard in the order of their ids, after `after`. */
  members(edition: string, shard: number, after: string | undefined, limit: number): Promise<Member[]>;
  /** Every choice that members of the edition have made. */
  choices(edition: string): Promise<Choice[]>;
};
