import type { Message } from './queue.ts';

/** An event that is written with the change it tells of, and carried out after the commit. */
export type OutboxEvent =
  /** `feeds`: the keys of those whose documents it changed. Events from before there was a hub have none. */
  | { kind: 'article-changed'; articleId: string; version: number; retracted: boolean; feeds?: string[] }
  /** Mail the confirmation of a sign-up. */
  | { kind: 'signed-up'; signUpId: string }
  /** Mail a link to the new address that a reader has asked for. */
  | { kind: 'address-asked'; subscriberId: string; changeId: string }
  /** Tell the old address that it was replaced. */
  | { kind: 'address-changed'; subscriberId: string; changeId: string }
  /** Mail a reader the link to their preferences. */
  | { kind: 'link-asked'; id: string; subscriberId: string; language: string }
  /** Mail a draft to the editors. */
  | { kind: 'draft-composed'; edition: string; slot: string; composition: number }
  /** Mail a reader who is new to an edition the issue that was sent last before. */
  | { kind: 'joined'; subscriberId: string; edition: string; slot: string }
  /** Mail what an issue would be, to editors. */
  | { kind: 'proof-asked'; proofId: string };

/** `id` begins with the time at which the event was written, in ISO 8601, and a `#`. */
export type OutboxEntry = { id: string; event: OutboxEvent };

/** Milliseconds. */
export function writtenAt(id: OutboxEntry['id']): number {
  return Date.parse(id.slice(0, id.indexOf('#')));
}

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

export type Outbox = {
  get(id: string): Promise<OutboxEvent | undefined>;
  /** The event is carried out. */
  remove(id: string): Promise<void>;
  /** Events written before `before` (ISO 8601), oldest first: their message was lost. */
  leftBefore(before: string, limit: number): Promise<OutboxEntry[]>;
};

/** The cache at the edge. On one machine there is none. */
export type Cdn = {
  /** Makes the edge ask again. `reference` makes a repeated call harmless. */
  invalidate(reference: string): Promise<void>;
};
