import type { Message } from './queue.ts';

/**
 * The outbox: what has to happen after a change. An event is written in the transaction of the change that causes it
 * and is carried out after the commit, so that a crash between the two loses nothing.
 */
export type OutboxEvent =
  /**
   * Carry out what a change of an article asks for. `feeds` has the keys of the feeds that changed; old events lack it.
   */
  | { kind: 'article-changed'; articleId: string; version: number; retracted: boolean; feeds?: string[] }
  /** Mail the confirmation of a sign-up. */
  | { kind: 'signed-up'; signUpId: string }
  /** Mail a link to the new address that a reader has asked for. */
  | { kind: 'address-asked'; subscriberId: string; changeId: string }
  /** Mail the old address of a reader that it was replaced. */
  | { kind: 'address-changed'; subscriberId: string; changeId: string }
  /** Mail a reader the link to their preferences. */
  | { kind: 'link-asked'; id: string; subscriberId: string; language: string }
  /** Mail a draft to the editors. */
  | { kind: 'draft-composed'; edition: string; slot: string; composition: number }
  /** Mail the last issue that was sent to a reader who is new to its edition. */
  | { kind: 'joined'; subscriberId: string; edition: string; slot: string }
  /** Mail a proof of an issue to editors. */
  | { kind: 'proof-asked'; proofId: string };

/** `id` begins with the time at which the event was written (ISO 8601) and a `#`. */
export type OutboxEntry = { id: string; event: OutboxEvent };

export type Outbox = {
  get(id: string): Promise<OutboxEvent | undefined>;
  /** Removes an event that was carried out. */
  remove(id: string): Promise<void>;
  /** Returns the events written before `before` (ISO 8601), oldest first. The message of such an event was lost. */
  leftBefore(before: string, limit: number): Promise<OutboxEntry[]>;
};

/** Returns the time at which an event was written, in milliseconds since 1970. */
export function writtenAt(id: OutboxEntry['id']): number {
  return Date.parse(id.slice(0, id.indexOf('#')));
}

/** Returns the message that asks for an event to be carried out. */
export function messageOf(id: string, event: OutboxEvent): Message {
  switch (event.kind) {
    case 'article-changed':
      return { kind: 'outbox', id };
    case 'signed-up':
    case 'address-asked':
    case 'address-changed':
    case 'link-asked':
    case 'draft-composed':
    case 'joined':
    case 'proof-asked':
      return { kind: 'letter', outboxId: id };
  }
}

/** The network of caches in front of us, which an event may have to empty. One machine has no such caches. */
export type Cdn = {
  /** Empties the cache. A second call with the same `reference` does nothing. */
  invalidate(reference: string): Promise<void>;
};
