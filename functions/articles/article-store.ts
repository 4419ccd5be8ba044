import type { Article } from './article.ts';

/** The answer to a request with an `Idempotency-Key`. For 24 hours the same request gets it again. */
export type StoredReply = {
  /** The id of the token and the key of the request, so that two tokens may use the same key. */
  key: string;
  /** The SHA-256 of the request, by which another request with the same key is refused. */
  requestHash: string;
  status: number;
  body: string;
  articleId: string;
  version: number;
};

export type ArticleChange = {
  /** The version that was read, or undefined if the article is new. The write fails if another version is stored. */
  previous: Article | undefined;
  next: Article;
  reply?: StoredReply | undefined;
  /** Milliseconds since 1970. It decides which idempotency keys have expired. */
  now: number;
};

export type WriteResult =
  /** The caller sends the queue a message with `outboxId`. */
  | { kind: 'written'; outboxId: string }
  | { kind: 'version-conflict' }
  | { kind: 'key-taken' }
  /** The article is too large for one item. `bytes` is its compressed size. */
  | { kind: 'too-large'; bytes: number; limitBytes: number };

/** An article whose embargo ended at `due` (ISO 8601). */
export type Released = { id: string; due: string };

/**
 * An article that became public. `publishedAt` is its own date (ISO 8601). It is absent if an earlier version of
 * Broadsheet wrote the entry.
 */
export type BecamePublic = { id: string; publishedAt?: string };

export type ArticleStore = {
  /**
   * Returns the article, or its tombstone if it was retracted. A tombstone says that an article was here, without its
   * text. The read is strongly consistent.
   */
  get(id: string): Promise<Article | undefined>;
  /**
   * Returns the articles that exist, in the order of `ids`. Without `consistent` the read may miss an edit of the last
   * second.
   */
  getMany(ids: string[], options: { consistent: boolean }): Promise<Article[]>;
  /**
   * Writes the article in one transaction with its pointers in feeds, its entries in other lists, the stored reply and
   * the event for the outbox.
   */
  write(change: ArticleChange): Promise<WriteResult>;
  /** Returns the reply to a key of the last 24 hours. `now` is in milliseconds since 1970. */
  reply(key: string, now: number): Promise<StoredReply | undefined>;
  /**
   * Returns a page of articles, the newest first by their creation. Drafts and tombstones are among them. `cursor` is
   * the `next` of an earlier page.
   */
  list(cursor: string | undefined, limit: number): Promise<{ articles: Article[]; next: string | undefined }>;
  /** Returns the ids of the articles and tombstones that name this article in `translationOf`. Strongly consistent. */
  translationsOf(id: string): Promise<string[]>;
  /**
   * Yields the articles that became public after `after` and by `until` (ISO 8601), newest first. Articles that must not
   * be in newsletters are not among them.
   */
  publicBetween(after: string, until: string): AsyncIterable<BecamePublic>;
  /** Returns the articles whose embargo ended by `now` (ISO 8601) and that were not announced yet. */
  releasedBy(now: string, limit: number): Promise<Released[]>;
  /**
   * Writes the announcement of an article to the outbox and takes the article off the list of embargoes, in one
   * transaction. Returns the id of the event, or undefined if another process was first.
   */
  announce(released: Released, now: string): Promise<string | undefined>;
};
