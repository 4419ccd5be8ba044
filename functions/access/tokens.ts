/** The tokens of the API, and what each of them may do. */

export const SCOPES = [
  'articles:read',
  'articles:write',
  'editions:read',
  'issues:send',
  'subscribers:read',
  'subscribers:write',
  'tokens:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** A token as it is stored. The text that its holder sends is not stored anywhere. */
export type Token = {
  /** SHA-256 (hex) of the token. The token has 256 random bits, so a salt or a slow hash would add nothing. */
  hash: string;
  /** The system or the person that the token was made for. */
  name: string;
  scopes: Scope[];
  createdAt: string;
  /** ISO 8601. A token without this time is valid until it is revoked. */
  expiresAt?: string;
  /**
   * The hash of the token that made this one. It is absent if the owner's token made it. A token never outlives the one
   * that made it: it ends no later, and it is revoked together with it.
   */
  madeBy?: string;
};

export type TokenStore = {
  get(hash: string): Promise<Token | undefined>;
  /** Stores a token. Returns false and stores nothing if the token that makes it was revoked meanwhile. */
  put(token: Token): Promise<boolean>;
  remove(hash: string): Promise<boolean>;
  /** Returns all tokens. A token that was stored a moment ago is among them. */
  list(): Promise<Token[]>;
};

/**
 * Who makes a request. `id` is the id of the token: idempotency keys and limits belong to it. The owner's token is in no
 * table, so `token` is absent then. It may do everything and does not end.
 */
export type Bearer = { id: string; name: string; token?: Token };
