import { isUtf8 } from 'node:buffer';
import type * as z from 'zod';
import { type Asked, type Operation, operation } from '../access/api-operation.ts';
import type { Config } from '../config.ts';
import { answerJson, answerNothing, NO_STORE } from '../shared/answer-json.ts';
import { fittingPage, listQuery, timeCursor } from '../shared/list-page.ts';
import { problemResponse } from '../shared/problem.ts';
import { done, type Fault, jsonOf, type Outcome, parseIdempotencyKey, refused } from '../shared/refusal.ts';
import { type Article, guidOf, linkOf, versionTag } from './article.ts';
import { MAX_BODY_BYTES } from './article-input.ts';
import { articleInput, articleList, articlePatch, articleView } from './article-shapes.ts';
import {
  type ArticleServices,
  createArticle,
  type Preconditions,
  patchArticle,
  putArticle,
  requestHash,
  retractArticle,
  type Written,
} from './write-article.ts';

export type ArticleRouteServices = ArticleServices & {
  config: Config;
  /** This is called after each write, so that this process's own next GET of a feed shows the change. */
  feedCache: { forgetWindows(): void };
};

const JSON_TYPES = ['application/json'];
const PATCH_TYPES = ['application/merge-patch+json', 'application/json'];
const DEFAULT_PAGE = 20;
const MAX_PAGE = 100;

export function articleOperations(services: ArticleRouteServices) {
  const { config, articles, feedCache } = services;
  const view = (article: Article, warnings?: Fault[]) => viewOf(config, article, warnings);

  return {
    post: operation({
      body: { types: JSON_TYPES, shape: articleInput, maxBytes: MAX_BODY_BYTES },
      answers: { 201: { means: 'The article is stored.', shape: articleView } },
      async handle({ request, path, bearer }) {
        const body = await jsonBody(request, JSON_TYPES);
        if (!body.ok) return problemResponse(body.refusal);
        const key = parseIdempotencyKey(request.headers.get('idempotency-key'));
        if (!key.ok) return problemResponse(key.refusal);
        const idempotency =
          key.value === undefined
            ? undefined
            : {
                key: `${bearer.id}#${key.value}`,
                requestHash: requestHash('POST', path, body.value.bytes),
              };
        const outcome = await createArticle(
          services,
          body.value.json,
          (article, warnings) => JSON.stringify(view(article, warnings)),
          idempotency,
        );
        feedCache.forgetWindows();
        if (!outcome.ok) return problemResponse(outcome.refusal);
        const { status, body: text, articleId, version } = outcome.value;
        const headers = {
          'content-type': 'application/json',
          location: `${config.baseUrl}/api/articles/${articleId}`,
          etag: versionTag({ version }),
        };
        return new Response(text, { status, headers: { ...NO_STORE, ...headers } });
      },
    }),

    list: operation({
      query: listQuery(DEFAULT_PAGE, MAX_PAGE),
      answers: { 200: { means: 'A page of articles, the newest first.', shape: articleList } },
      async handle({ query: { limit, cursor } }) {
        const { articles: found, next } = await articles.list(cursor, limit);
        const page = fittingPage(
          { members: found.map((article) => view(article)), next: next && timeCursor(next) },
          ({ createdAt, id }) => timeCursor(`${createdAt}#${id}`),
        );
        return answerJson({ articles: page.members, next: page.next });
      },
    }),

    get: operation({
      answers: { 200: { means: 'The article.', shape: articleView } },
      async handle({ params: { id = '' } }) {
        const article = await articles.get(id);
        if (article && !article.retractedAt)
          return answerJson(view(article), 200, { etag: versionTag(article) });
        const retracted = article ? `: it was retracted at ${article.retractedAt}` : '';
        return problemResponse({ kind: 'not-found', what: `article "${id}"${retracted}` });
      },
    }),

    put: write(articleInput, JSON_TYPES, putArticle),

    patch: write(articlePatch, PATCH_TYPES, patchArticle),

    retract: operation({
      answers: { 204: { means: 'The article has left every feed and page.' } },
      async handle({ request, params: { id = '' } }) {
        const outcome = await retractArticle(services, id, conditionsOf(request));
        feedCache.forgetWindows();
        return outcome.ok ? answerNothing() : problemResponse(outcome.refusal);
      },
    }),
  };

  function write(shape: z.ZodType, types: string[], change: typeof putArticle): Operation {
    return operation({
      body: { types, shape, maxBytes: MAX_BODY_BYTES },
      answers: {
        200: { means: 'The article was changed.', shape: articleView },
        ...(change === putArticle && { 201: { means: 'The article is new.', shape: articleView } }),
      },
      async handle({ request, params: { id = '' } }: Asked<unknown>) {
        const body = await jsonBody(request, types);
        if (!body.ok) return problemResponse(body.refusal);
        const outcome: Outcome<Written> = await change(services, id, body.value.json, conditionsOf(request));
        feedCache.forgetWindows();
        if (!outcome.ok) return problemResponse(outcome.refusal);
        const { article, created, warnings } = outcome.value;
        return answerJson(view(article, warnings), created ? 201 : 200, { etag: versionTag(article) });
      },
    });
  }
}

/**
 * Returns an article as the API shows it: the fields of the input and the fields that we add. PUT takes it as it is.
 */
function viewOf(config: Config, article: Article, warnings?: Fault[]): z.output<typeof articleView> {
  const { id, version, html, dated, section, ...rest } = article;
  return {
    id,
    guid: guidOf(id, config.publication.idAuthority),
    version,
    link: linkOf(article, config.baseUrl),
    ...rest,
    ...(section && { section }),
    content: { html },
    newsletter: rest.newsletter ?? 'auto',
    ...(warnings?.length && { warnings }),
  };
}

async function jsonBody(
  request: Request,
  allowed: string[],
): Promise<Outcome<{ json: unknown; bytes: Uint8Array }>> {
  const got = request.headers.get('content-type') ?? '';
  const type = got.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!allowed.includes(type))
    return refused({ kind: 'unsupported-media-type', got: got || 'not given', allowed });
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (!isUtf8(bytes)) return refused({ kind: 'malformed', detail: 'The body is not UTF-8.' });
  const json = jsonOf(new TextDecoder().decode(bytes));
  if (!json.ok) return json;
  if (!isDeeper(json.value, MAX_DEPTH)) return done({ json: json.value, bytes });
  return refused({ kind: 'malformed', detail: `The body is nested more than ${MAX_DEPTH} levels deep.` });
}

/**
 * The most levels of arrays and objects in a body. An article has four. The code that reads it is recursive, so a body
 * of a megabyte of brackets would overflow the stack.
 */
const MAX_DEPTH = 32;

function isDeeper(json: unknown, levels: number): boolean {
  let level: unknown[] = [json];
  for (let depth = 0; depth <= levels; depth++) {
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return level.length > 0;
}

function conditionsOf({ headers }: Request): Preconditions {
  return {
    ifMatch: headers.get('if-match') ?? undefined,
    ifNoneMatch: headers.get('if-none-match') ?? undefined,
  };
}
