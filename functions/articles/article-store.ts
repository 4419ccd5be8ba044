import type { Article } from './article.ts';

/** An answer that was given for an `Idempotency-Key`, to be given again for 24 hours. */
export type StoredReply = {
  /** Whose key: the token's id and the key itself. */
  key: string;
  /** SHA-256 of the request that it answered. */
  requestHash: string;
  status: number;
  body: string;
  articleId: string;
  version: number;
};

export type ArticleChange = {
  /** The version that was read before; undefined where there was none. It must still be the stored one. */
  previous: Article | undefined;
  next: Article;
  reply?: StoredReply | undefined;
  /** Milliseconds; decides which idempotency keys have run out. */
  now: number;
};

export type WriteResult =
  /** `outboxId` is to be handed to the queue. */
  | { kind: 'written'; outboxId: string }
  | { kind: 'version-conflict' }
  | { kind: 'key-taken' }
  /** Too large for one item. `bytes` is its packed size. */
  | { kind: 'too-large'; bytes: number; limitBytes: number };

/** An article whose embargo ended at `due` (ISO 8601). */
export type Released = { id: string; due: string };

export type ArticleStore = {
  /** The article, or its tombstone. Strongly consistent. */
  get(id: string): Promise<Article | undefined>;
  /** Those that exist, in the order of `ids`. Unless `consistent`, an edit of the last second may be missing. */
  getMany(ids: string[], options: { consistent: boolean }): Promise<Article[]>;
  /** The article, its pointers, index entries, reply and outbox event in one transaction: all or nothing. */
  write(change: ArticleChange): Promise<WriteResult>;
  reply(key: string, now: number): Promise<StoredReply | undefined>;
  /** Newest first by creation, drafts and tombstones too. `cursor` is from an earlier answer. */
  list(cursor: string | undefined, limit: number): Promise<{ articles: Article[]; next: string | undefined }>;
  /** Ids of the articles that say they translate this one, tombstones too. Strongly consistent. */
  translationsOf(id: string): Promise<string[]>;
  /** Ids of articles that became public after `after` and not after `until` (ISO 8601), newest first. */
  publicBetween(after: string, until: string): AsyncIterable<string>;
  /** Ids of articles whose embargo ended by `now` (ISO 8601) and that were not announced yet. */
  releasedBy(now: string, limit: number): Promise<Released[]>;
  /** Writes the announcement to the outbox and strikes the article off the list, at once. */
  announce(released: Released, now: string): Promise<string | undefined>;
};
