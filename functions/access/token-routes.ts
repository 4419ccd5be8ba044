import * as z from 'zod';
import { answerJson, answerNothing } from '../shared/answer-json.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import { fittingPage, listQuery } from '../shared/list-page.ts';
import { problemResponse } from '../shared/problem.ts';
import { checkedInput, jsonOf } from '../shared/refusal.ts';
import { sha256 } from '../shared/text.ts';
import { operation, tokenId } from './api-operation.ts';
import { SCOPES, type Token, type TokenStore } from './tokens.ts';

/** `secrets` returns 32 new random bytes as URL-safe text. */
export type TokenRouteServices = { tokens: TokenStore; clock: Clock; secrets: () => string };

const MAX_BODY_BYTES = 10_000;
/** A page has more tokens than most newsrooms ever make. */
const MAX_PAGE = 1000;

const newToken = z.strictObject({
  name: z
    .string({ error: 'must be a string' })
    .trim()
    .refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), { error: 'must be one line of text' })
    .min(1, { error: 'must not be empty' })
    .max(100, { error: 'must be at most 100 characters' }),
  scopes: z
    .array(z.enum(SCOPES, { error: `must be one of ${SCOPES.join(', ')}` }), { error: 'must be a list' })
    .min(1, { error: `must name at least one of ${SCOPES.join(', ')}` }),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a date and time such as 2027-01-01T00:00:00Z' })
    .optional(),
});

const tokenView = z.strictObject({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
});

/** The operations that make, list and revoke the tokens of systems and people. */
export function tokenOperations({ tokens, clock, secrets }: TokenRouteServices) {
  return {
    post: operation({
      body: { shape: newToken, maxBytes: MAX_BODY_BYTES },
      answers: {
        201: {
          means: 'The token was made. It is shown in this answer and never again.',
          shape: tokenView.extend({ token: z.string() }),
        },
      },
      async handle({ request }) {
        const input = jsonOf(await request.text());
        if (!input.ok) return problemResponse(input.refusal);
        const parsed = checkedInput(newToken, input.value);
        if (!parsed.ok) return problemResponse(parsed.refusal);
        const { name, scopes, expiresAt } = parsed.value;
        const secret = `bs_${secrets()}`;
        const token: Token = {
          hash: sha256(secret),
          name,
          scopes: [...new Set(scopes)],
          createdAt: isoTime(clock()),
          ...(expiresAt && { expiresAt: new Date(expiresAt).toISOString() }),
        };
        await tokens.put(token);
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
      answers: { 204: { means: 'The token is refused from now on.' } },
      async handle({ params: { id } }) {
        const token = (await tokens.list()).find(({ hash }) => tokenId(hash) === id);
        if (token && (await tokens.remove(token.hash))) return answerNothing();
        return problemResponse({ kind: 'not-found', what: `token "${id}"` });
      },
    }),
  };
}

function view({ hash, ...token }: Token): z.output<typeof tokenView> {
  return { id: tokenId(hash), ...token };
}

/** The cursor of a page of tokens is the id of the last token of the page before. */
function readIdCursor(cursor: string): string | undefined {
  return /^[0-9a-f]{16}$/.test(cursor) ? cursor : undefined;
}
