import { timingSafeEqual } from 'node:crypto';
import { type Clock, isoTime } from '../shared/clock.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { sha256 } from '../shared/sha256.ts';

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

export type AccessServices = {
  tokens: TokenStore;
  clock: Clock;
  config: { ownerTokenHash?: string | undefined };
};

/** `Authorization: Bearer …` (RFC 6750, section 2.1) and the scope a route needs → the bearer, or 401, or 403. */
export async function authorise(
  { tokens, clock, config }: AccessServices,
  header: string | undefined,
  scope: Scope,
): Promise<Outcome<Bearer>> {
  const { ownerTokenHash } = config;
  const credentials = /^bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1];
  if (!credentials)
    return refused({
      kind: 'unauthenticated',
      detail: 'Send the header "Authorization: Bearer <your token>".',
    });
  const hash = hashToken(credentials);
  if (ownerTokenHash && timingSafeEqual(Buffer.from(hash), Buffer.from(ownerTokenHash))) {
    return done({ id: hash.slice(0, 16), name: 'owner' });
  }
  const token = await tokens.get(hash);
  if (!token || (token.expiresAt && token.expiresAt <= isoTime(clock()))) {
    return refused({
      kind: 'unauthenticated',
      detail: token
        ? `The token ran out at ${token.expiresAt}.`
        : 'The token is not known here: it may have been revoked or mistyped.',
    });
  }
  if (!token.scopes.includes(scope)) return refused({ kind: 'forbidden', scope });
  return done({ id: hash.slice(0, 16), name: token.name });
}

export function hashToken(token: string): string {
  return sha256(token);
}
