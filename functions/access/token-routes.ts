import * as z from 'zod';
import { answerJson, answerNothing } from '../shared/answer-json.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { fittingPage, listQuery } from '../shared/list-page.ts';
import { problemResponse } from '../shared/problem.ts';
import { checkedInput, jsonOf } from '../shared/refusal.ts';
import { sha256 } from '../shared/text.ts';
import { operation, tokenId } from './api-operation.ts';
import { SCOPES, type Scope, type Token, type TokenStore } from './tokens.ts';

/** `secrets` returns 32 new random bytes as URL-safe text. */
export type TokenRouteServices = { tokens: TokenStore; clock: Clock; secrets: () => string };

const MAX_BODY_BYTES = 10_000;
/** A page has more tokens than most newsrooms ever make. */
const MAX_PAGE = 1000;

const name = z
  .string({ error: 'must be a string' })
  .trim()
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), { error: 'must be one line of text' })
  .min(1, { error: 'must not be empty' })
  .max(100, { error: 'must be at most 100 characters' });

/** What every token can be made with. The token that makes it may allow less. */
const anyToken = z.strictObject({
  name,
  scopes: z.array(z.enum(SCOPES)).min(1),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/**
 * Returns the schema of a token that this one may make. It can have no scope that its maker lacks, and must not end
 * later. `now` is in milliseconds.
 */
function tokenMadeBy(maker: Token | undefined, now: number): z.ZodType<z.output<typeof anyToken>> {
  const scopes = maker?.scopes ?? SCOPES;
  const allowed = scopes.join(', ') + (maker ? ', which are the scopes of the token that you use' : '');
  const latest = maker?.expiresAt;
  const ends = latest ? `, and at ${latest} at the latest, when the token that you use ends` : '';
  const rule = `must be a date and time to come, such as 2027-01-01T00:00:00Z${ends}`;
  const expiresAt = z.iso
    .datetime({
      offset: true,
      abort: true,
      error: ({ input }) => (input === undefined ? `is missing: it ${rule}` : rule),
    })
    .refine((text) => Date.parse(text) > now && !(latest && Date.parse(text) > Date.parse(latest)), {
      error: rule,
    });
  return z.strictObject({
    name,
    scopes: z
      .array(z.enum(scopes as [Scope, ...Scope[]], { error: `must be one of ${allowed}` }), {
        error: 'must be a list',
      })
      .min(1, { error: `must name at least one of ${allowed}` }),
    expiresAt: latest ? expiresAt : expiresAt.optional(),
  });
}

const tokenView = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  /** The id of the token that made this one. It is absent if the owner's token made it. */
  madeBy: z.string().optional(),
});

/** The operations that make, list and revoke the tokens of systems and people. */
export function tokenOperations({ tokens, clock, secrets }: TokenRouteServices) {
  return {
    post: operation({
      body: { shape: anyToken, maxBytes: MAX_BODY_BYTES },
      answers: {
        201: {
          means: 'The token was made. It is shown in this answer and never again.',
          shape: tokenView.extend({ token: z.string() }),
        },
      },
      async handle({ request, bearer }) {
        const input = jsonOf(await request.text());
        if (!input.ok) return problemResponse(input.refusal);
        const parsed = checkedInput(tokenMadeBy(bearer.token, clock()), input.value);
        if (!parsed.ok) return problemResponse(parsed.refusal);
        const { name, scopes, expiresAt } = parsed.value;
        const secret = `bs_${secrets()}`;
        const token: Token = {
          hash: sha256(secret),
          name,
          scopes: [...new Set(scopes)],
          createdAt: isoTime(clock()),
          ...(expiresAt && { expiresAt: new Date(expiresAt).toISOString() }),
          ...(bearer.token && { madeBy: bearer.token.hash }),
        };
        if (!(await tokens.put(token))) {
          const detail = 'The token that you use was revoked a moment ago. No token was made.';
          return problemResponse({ kind: 'unauthenticated', detail });
        }
        return answerJson({ ...view(token), token: secret }, 201);
      },
    }),

    list: operation({
      query: listQuery(MAX_PAGE, MAX_PAGE, readIdCursor),
      answers: {
        200: {
          means: 'A page of the tokens, without their secrets.',
          // `next` is the cursor of the next page. The last page has none.
          shape: z.strictObject({ tokens: z.array(tokenView), next: z.string().optional() }),
        },
      },
      async handle({ query: { limit, cursor = '' } }) {
        // The tokens are in the order of their hashes, with which their ids begin.
        const left = (await tokens.list()).map(view).filter(({ id }) => id > cursor);
        const members = left.slice(0, limit);
        const next = left.length > limit ? members.at(-1)?.id : undefined;
        const page = fittingPage({ members, next }, ({ id }) => id);
        return answerJson({ tokens: page.members, next: page.next });
      },
    }),

    revoke: operation({
      answers: { 204: { means: 'The token is refused from now on, and so are the tokens that it made.' } },
      async handle({ params: { id = '' } }) {
        if (await revoke(tokens, id)) return answerNothing();
        return problemResponse({ kind: 'not-found', what: `token "${id}"` });
      },
    }),
  };
}

/**
 * Removes a token, and then the tokens that it made, and so on. A token that is gone can make no others, so nothing is
 * left when a list has none of them. After a crash in between, the same request removes the rest. Returns false if there
 * was nothing to remove.
 */
async function revoke(tokens: TokenStore, id: string): Promise<boolean> {
  for (let removed = false; ; removed = true) {
    const left = tokenAndMadeBy(await tokens.list(), id);
    if (left.length === 0) return removed;
    for (const { hash } of left) await tokens.remove(hash);
  }
}

/** Returns the token with this id, and all that come from it. Each stands after the one that made it. */
function tokenAndMadeBy(all: Token[], id: string): Token[] {
  const madeBy = Map.groupBy(all, (token) => token.madeBy && tokenId(token.madeBy));
  const found = all.filter(({ hash }) => tokenId(hash) === id).concat(madeBy.get(id) ?? []);
  // The loop adds to the list that it walks. The tokens that the first one made are in it already.
  for (const token of found)
    if (tokenId(token.hash) !== id) found.push(...(madeBy.get(tokenId(token.hash)) ?? []));
  return found;
}

function view({ hash, madeBy, ...token }: Token): z.output<typeof tokenView> {
  return { id: tokenId(hash), ...token, ...(madeBy && { madeBy: tokenId(madeBy) }) };
}

/** The cursor of a page of tokens is the id of the last token of the page before. */
function readIdCursor(cursor: string): string | undefined {
  return /^[0-9a-f]{16}$/.test(cursor) ? cursor : undefined;
}
