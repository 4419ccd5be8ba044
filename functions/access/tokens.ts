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
};

export type TokenStore = {
  get(hash: string): Promise<Token | undefined>;
  put(token: Token): Promise<void>;
  remove(hash: string): Promise<boolean>;
  list(): Promise<Token[]>;
};

/** Who makes a request. `id` is the id of the token: idempotency keys and limits belong to it. */
export type Bearer = { id: string; name: string };
