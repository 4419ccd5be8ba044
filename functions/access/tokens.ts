/** What a token may do. */
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

/** An editor's token as it is stored: never the token itself. */
export type Token = {
  /** SHA-256 of the token, hex. The token has 256 random bits, so a salt or a slow hash would add nothing. */
  hash: string;
  /** For people: which system or person it was made for. */
  name: string;
  scopes: Scope[];
  createdAt: string;
  /** ISO 8601; absent: until it is revoked. */
  expiresAt?: string;
};

export type TokenStore = {
  get(hash: string): Promise<Token | undefined>;
  put(token: Token): Promise<void>;
  remove(hash: string): Promise<boolean>;
  list(): Promise<Token[]>;
};

/** Who is asking. `id` is stable and tells nothing of the token: it keys what a token remembers. */
export type Bearer = { id: string; name: string };
