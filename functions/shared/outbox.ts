import type { Log } from './log.ts';
import type { Message } from './queue.ts';
import { unknownKind } from './unknown-kind.ts';

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
  /** Mail the reader with this address the link to their preferences. Maybe the address has no reader. */
  | { kind: 'link-asked'; id: string; addressHash: string }
  /** Mail a draft to the editors. */
  | { kind: 'draft-composed'; edition: string; slot: string; composition: number }
  /** Mail the last issue that was sent to a reader who is new to its edition. */
  | { kind: 'joined'; subscriberId: string; edition: string; slot: string }
  /** Mail a proof of an issue to editors. */
  | { kind: 'proof-asked'; proofId: string };

type ArticleEvent = Extract<OutboxEvent, { kind: 'article-changed' }>;
export type LetterEvent = Exclude<OutboxEvent, ArticleEvent>;

/** `id` begins with the time at which the event was written (ISO 8601) and a `#`. */
export type OutboxEntry = {
  id: string;
  event: OutboxEvent;
  /** When the operator was told that the event waits (ISO 8601). */
  toldAt?: string;
};

export type Outbox = {
  get(id: string): Promise<OutboxEvent | undefined>;
  /** Removes an event that was carried out. */
  remove(id: string): Promise<void>;
  /**
   * Returns the events written before `before` (ISO 8601), oldest first. The message of such an event was lost. Events
   * that were written more than an hour later follow, because they were written by a clock that was wrong. Events that
   * this version does not know do not count towards `limit`, so they keep no others back.
   */
  leftBefore(before: string, limit: number): Promise<OutboxEntry[]>;
  /** Stores when the operator was told that the event waits. Nothing happens if the event was carried out meanwhile. */
  markTold(id: string, at: string): Promise<void>;
};

/** Returns the time at which an event was written, in milliseconds since 1970. */
export function writtenAt(id: OutboxEntry['id']): number {
  return Date.parse(id.slice(0, id.indexOf('#')));
}

/** Which message asks for an event to be carried out. */
const MESSAGE_OF: Record<OutboxEvent['kind'], 'outbox' | 'letter'> = {
  'article-changed': 'outbox',
  'signed-up': 'letter',
  'address-asked': 'letter',
  'address-changed': 'letter',
  'link-asked': 'letter',
  'draft-composed': 'letter',
  joined: 'letter',
  'proof-asked': 'letter',
};

/** Checks whether this version knows the kind of an event. A newer version may have written others before a rollback. */
export function isKnownEvent({ kind }: OutboxEvent): boolean {
  return Object.hasOwn(MESSAGE_OF, kind);
}

/**
 * Returns the messages that ask for events to be carried out. Events that this version does not know get no message and
 * stay in the outbox for a version that knows them. The log names their kinds.
 */
export function messagesOf(entries: OutboxEntry[], log: Log): Message[] {
  const unknown = entries.filter(({ event }) => !isKnownEvent(event));
  if (unknown.length > 0)
    log.warn(
      'events stay in the outbox, because a newer version wrote them and this one does not know them',
      {
        events: unknown.length,
        kinds: [...new Set(unknown.map(({ event }) => event.kind))].slice(0, 10),
      },
    );
  return entries
    .filter(({ event }) => isKnownEvent(event))
    .map(({ id, event }) =>
      MESSAGE_OF[event.kind] === 'outbox' ? { kind: 'outbox', id } : { kind: 'letter', outboxId: id },
    );
}

/** Returns an event for whoever carries out changes of articles. Throws if it is for somebody else. */
export function articleEvent(event: OutboxEvent): ArticleEvent {
  return eventFor('outbox', event) as ArticleEvent;
}

/** Returns an event for whoever mails letters. Throws if it is for somebody else. */
export function letterEvent(event: OutboxEvent): LetterEvent {
  return eventFor('letter', event) as LetterEvent;
}

function eventFor(message: 'outbox' | 'letter', event: OutboxEvent): OutboxEvent {
  if (!isKnownEvent(event)) throw unknownKind('event', event.kind as never);
  const own = MESSAGE_OF[event.kind];
  if (own === message) return event;
  throw new Error(`an event ${event.kind} came with a ${message} message; it belongs to a ${own} message`);
}

/** The network of caches in front of us, which an event may have to empty. One machine has no such caches. */
export type Cdn = {
  /** Empties the cache. A second call with the same `reference` does nothing. */
  invalidate(reference: string): Promise<void>;
};
