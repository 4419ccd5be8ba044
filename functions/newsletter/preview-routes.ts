import Negotiator from 'negotiator';
import * as z from 'zod';
import { operation } from '../access/api-operation.ts';
import { ID_RULE, isArticleId } from '../articles/article-fields.ts';
import type { Config } from '../config.ts';
import { type EditionSettings, editionOf, type Publication } from '../settings/publication.ts';
import { answerJson, NO_STORE } from '../shared/answer-json.ts';
import type { Ids } from '../shared/clock.ts';
import { problemResponse } from '../shared/problem.ts';
import { checkedBody, parseIdempotencyKey } from '../shared/refusal.ts';
import { sha256 } from '../shared/text.ts';
import { addressHash, parseAddress } from '../subscribers/email-address.ts';
import { noEdition } from './issue-routes.ts';
import { type Preview, type Previews, previewShape, proofShape } from './previews.ts';

export type PreviewRouteServices = { config: Config; previews: Previews; ids: Ids };

const MAX_BODY_BYTES = 20_000;
const MAX_ADDRESSES = 20;
/** An issue can have this many stories in one language. */
const MAX_STORIES = 70;

/** Shows editors what an issue would be now, or mails it to them as a proof. */
export function previewOperations({ config, previews, ids }: PreviewRouteServices) {
  const { publication } = config;

  return {
    preview: operation({
      body: { shape: z.strictObject(choiceFields(publication)), optional: true, maxBytes: MAX_BODY_BYTES },
      answers: {
        200: {
          means: 'What the issue would be now: JSON, or the HTML of the mail for a client that prefers HTML.',
          shape: previewShape,
        },
      },
      async handle({ request, params: { id = '' } }) {
        const edition = editionOf(publication, id);
        if (!edition) return problemResponse(noEdition(id));
        const shape = z.strictObject(choiceFields(publication, edition));
        const input = checkedBody(shape, await request.text());
        if (!input.ok) return problemResponse(input.refusal);
        const outcome = await previews.preview({ edition: id, ...input.value });
        if (!outcome.ok) return problemResponse(outcome.refusal);
        if (wantsHtml(request.headers.get('accept'))) return htmlOf(outcome.value);
        return answerJson(outcome.value, 200, { vary: 'accept' });
      },
    }),

    proof: operation({
      body: {
        shape: z.strictObject({ to: addresses, ...choiceFields(publication) }),
        maxBytes: MAX_BODY_BYTES,
      },
      answers: { 202: { means: 'The proof is mailed, or was before.', shape: proofShape } },
      async handle({ request, params: { id: editionId = '' }, bearer }) {
        const edition = editionOf(publication, editionId);
        if (!edition) return problemResponse(noEdition(editionId));
        const key = parseIdempotencyKey(request.headers.get('idempotency-key'));
        if (!key.ok) return problemResponse(key.refusal);
        const body = await request.text();
        const shape = z.strictObject({ to: addresses, ...choiceFields(publication, edition) });
        const input = checkedBody(shape, body);
        if (!input.ok) return problemResponse(input.refusal);
        const id = key.value === undefined ? ids() : sha256(`${bearer.id} ${key.value}`).slice(0, 32);
        const requestHash = sha256(`${editionId}\n${body}`);
        const asked = { edition: editionId, ...input.value, id, requestHash, bearer: bearer.id };
        const outcome = await previews.proof(asked);
        if (!outcome.ok) return problemResponse(outcome.refusal);
        return answerJson(outcome.value, 202);
      },
    }),
  };
}

const list = { error: 'must be a list' };
const text = { error: 'must be a string' };

const addresses = z
  .array(
    z.string(text).transform((typed, context) => {
      const address = parseAddress(typed);
      if (address) return address;
      context.addIssue({ code: 'custom', message: 'must be a mail address, such as ana@paper.example' });
      return z.NEVER;
    }),
    { error: `must be a list of 1 to ${MAX_ADDRESSES} mail addresses` },
  )
  .min(1, { error: 'must have at least one mail address' })
  .max(MAX_ADDRESSES, { error: `must have at most ${MAX_ADDRESSES} mail addresses` })
  .superRefine((all, context) => faultRepeats(all.map(addressHash), context));

/**
 * The fields that choose a reader's mail and its stories. The language must be one of the edition's languages. If no
 * edition is given, it may be any language of the publication.
 */
function choiceFields(publication: Publication, edition?: EditionSettings) {
  const sections = publication.sections.map(({ slug }) => slug);
  const languages = edition?.languages ?? publication.languages;
  return {
    language: z
      .enum(languages as [string, ...string[]], { error: `must be one of ${languages.join(', ')}` })
      .default(languages[0] ?? ''),
    topics: z
      .array(
        z.enum(sections as [string, ...string[]], { error: `must be one of ${sections.join(', ')}` }),
        list,
      )
      .default([]),
    storyIds: z
      .array(z.string(text).refine(isArticleId, { error: ID_RULE }), list)
      .min(1, { error: 'must name a story, or be absent' })
      .max(MAX_STORIES, { error: `must name at most ${MAX_STORIES} stories` })
      .superRefine(faultRepeats)
      .optional(),
  };
}

function faultRepeats(all: string[], context: z.RefinementCtx): void {
  for (const [index, each] of all.entries()) {
    if (all.indexOf(each) < index)
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `repeats number ${all.indexOf(each) + 1} of the list`,
      });
  }
}

/**
 * Decides whether the client prefers HTML. A client that accepts anything gets JSON, because it is most likely a
 * program.
 */
function wantsHtml(header: string | null): boolean {
  const accept = header ?? '*/*';
  return new Negotiator({ headers: { accept } }).mediaType(['application/json', 'text/html']) === 'text/html';
}

/**
 * Answers with the mail itself, for a browser. The content security policy lets the page load its photos and nothing
 * else.
 */
function htmlOf({ html, skipped, warnings }: Preview): Response {
  if (html === null) {
    const why = skipped ?? warnings.at(-1)?.detail;
    return problemResponse({ kind: 'not-found', what: `mail to be shown: ${why}` });
  }
  return new Response(html, {
    headers: {
      ...NO_STORE,
      vary: 'accept',
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "sandbox; default-src 'none'; img-src https:; style-src 'unsafe-inline'",
    },
  });
}
