import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import Negotiator from 'negotiator';
import * as z from 'zod';
import { type AccessServices, type Guarded, guard } from '../access/access-routes.ts';
import { ID_RULE, isArticleId } from '../articles/article-fields.ts';
import type { Config } from '../config.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { limitedTo } from '../shared/body-limit.ts';
import { checkedBody } from '../shared/checked-input.ts';
import type { Ids } from '../shared/clock.ts';
import { parseIdempotencyKey } from '../shared/idempotency-key.ts';
import { problemResponse } from '../shared/problem.ts';
import { addressHash, parseAddress } from '../subscribers/email-address.ts';
import type { Preview, Previews } from './previews.ts';

export type PreviewRouteServices = AccessServices & { config: Config; previews: Previews; ids: Ids };

const NO_STORE = { 'cache-control': 'no-store' };
const MAX_BODY_BYTES = 20_000;
const MAX_ADDRESSES = 20;
/** As many as an issue can have in a language. */
const MAX_STORIES = 70;

/** What an issue would be, shown and mailed to editors. Mounted at `/api`. */
export function previewRoutes(services: PreviewRouteServices): Hono<Guarded> {
  const { config, previews, ids } = services;
  const app = new Hono<Guarded>();
  const needs = guard(services);
  const limited = limitedTo(MAX_BODY_BYTES);
  const editionOf = (id: string) => config.publication.editions.find((edition) => edition.id === id);
  const noEdition = (id: string) => problemResponse({ kind: 'not-found', what: `edition "${id}"` });

  app.post('/editions/:id/preview', needs('editions:read'), limited, async (context) => {
    const edition = editionOf(context.req.param('id'));
    if (!edition) return noEdition(context.req.param('id'));
    const input = checkedBody(z.strictObject(choiceFields(config, edition)), await context.req.text());
    if (!input.ok) return problemResponse(input.refusal);
    const outcome = await previews.preview({ edition: edition.id, ...input.value });
    if (!outcome.ok) return problemResponse(outcome.refusal);
    if (wantsHtml(context.req.header('accept'))) return htmlOf(outcome.value);
    return Response.json(outcome.value, { headers: { ...NO_STORE, vary: 'accept' } });
  });

  app.post('/editions/:id/test', needs('issues:send'), limited, async (context) => {
    const edition = editionOf(context.req.param('id'));
    if (!edition) return noEdition(context.req.param('id'));
    const key = parseIdempotencyKey(context.req.header('idempotency-key'));
    if (!key.ok) return problemResponse(key.refusal);
    const body = await context.req.text();
    const input = checkedBody(z.strictObject({ to: addresses, ...choiceFields(config, edition) }), body);
    if (!input.ok) return problemResponse(input.refusal);
    const bearer = context.get('bearer').id;
    const id = key.value === undefined ? ids() : sha256(`${bearer} ${key.value}`).slice(0, 32);
    const requestHash = sha256(`${edition.id}\n${body}`);
    const outcome = await previews.test({ edition: edition.id, ...input.value, id, requestHash, bearer });
    if (!outcome.ok) return problemResponse(outcome.refusal);
    return Response.json(outcome.value, { status: 202, headers: NO_STORE });
  });

  for (const path of ['/editions/:id/preview', '/editions/:id/test'])
    app.all(path, () => problemResponse({ kind: 'method-not-allowed', allow: 'POST' }));
  return app;
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

/** Whose mail it is, and of which stories. */
function choiceFields({ publication }: Config, { languages }: EditionSettings) {
  const sections = publication.sections.map(({ slug }) => slug);
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

/** Whoever takes anything is answered as programs are. */
function wantsHtml(accept = '*/*'): boolean {
  return new Negotiator({ headers: { accept } }).mediaType(['application/json', 'text/html']) === 'text/html';
}

/** The mail itself, to be looked at in a browser. It fetches its photos and does nothing else. */
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

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
