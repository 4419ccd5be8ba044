import { isUtf8 } from 'node:buffer';
import { Hono } from 'hono';
import { type Guarded, guard } from '../access/access-routes.ts';
import type { TokenStore } from '../access/tokens.ts';
import type { Config } from '../config.ts';
import { limitedTo } from '../shared/body-limit.ts';
import { jsonOf } from '../shared/checked-input.ts';
import { parseIdempotencyKey } from '../shared/idempotency-key.ts';
import { problemResponse } from '../shared/problem.ts';
import { done, type Fault, type Outcome, refused } from '../shared/refusal.ts';
import { type Article, guidOf, linkOf, versionTag } from './article.ts';
import { MAX_BODY_BYTES } from './article-input.ts';
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
  tokens: TokenStore;
  /** Called after each write, so that this process's own next GET of a feed shows it. */
  feedCache: { forgetWindows(): void };
};

const JSON_TYPES = ['application/json'];
const PATCH_TYPES = ['application/merge-patch+json', 'application/json'];
const MAX_PAGE = 100;

export function articleRoutes(services: ArticleRouteServices): Hono<Guarded> {
  const { config, articles, feedCache } = services;
  const app = new Hono<Guarded>();
  const view = (article: Article, warnings?: Fault[]) => articleView(config, article, warnings);

  const needs = guard(services);
  const limited = limitedTo(MAX_BODY_BYTES);

  app.post('/', needs('articles:write'), limited, async (context) => {
    const body = await jsonBody(context.req.raw, JSON_TYPES);
    if (!body.ok) return problemResponse(body.refusal);
    const key = parseIdempotencyKey(context.req.header('idempotency-key'));
    if (!key.ok) return problemResponse(key.refusal);
    const idempotency =
      key.value === undefined
        ? undefined
        : {
            key: `${context.get('bearer').id}#${key.value}`,
            requestHash: requestHash('POST', context.req.path, body.value.bytes),
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
    return new Response(text, {
      status,
      headers: {
        ...JSON_HEADERS,
        location: `${config.baseUrl}/api/articles/${articleId}`,
        etag: versionTag({ version }),
      },
    });
  });

  app.get('/', needs('articles:read'), async (context) => {
    const limit = Number(context.req.query('limit') ?? 20);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
      return problemResponse({
        kind: 'malformed',
        detail: `limit must be a whole number from 1 to ${MAX_PAGE}.`,
      });
    }
    const cursor = decodeCursor(context.req.query('cursor'));
    if (!cursor.ok) return problemResponse(cursor.refusal);
    const { articles: page, next } = await articles.list(cursor.value, limit);
    return Response.json(
      { articles: page.map((article) => view(article)), next: next && encodeCursor(next) },
      { headers: JSON_HEADERS },
    );
  });

  app.get('/:id', needs('articles:read'), async (context) => {
    const article = await articles.get(context.req.param('id'));
    if (!article || article.retractedAt) {
      const what = `article "${context.req.param('id')}"${article ? `: it was retracted at ${article.retractedAt}` : ''}`;
      return problemResponse({ kind: 'not-found', what });
    }
    return Response.json(view(article), { headers: { ...JSON_HEADERS, etag: versionTag(article) } });
  });

  app.put('/:id', needs('articles:write'), limited, async (context) => {
    const body = await jsonBody(context.req.raw, JSON_TYPES);
    if (!body.ok) return problemResponse(body.refusal);
    return answerWrite(
      await putArticle(services, context.req.param('id'), body.value.json, conditionsOf(context.req)),
    );
  });

  app.patch('/:id', needs('articles:write'), limited, async (context) => {
    const body = await jsonBody(context.req.raw, PATCH_TYPES);
    if (!body.ok) return problemResponse(body.refusal);
    return answerWrite(
      await patchArticle(services, context.req.param('id'), body.value.json, conditionsOf(context.req)),
    );
  });

  app.delete('/:id', needs('articles:write'), async (context) => {
    const outcome = await retractArticle(services, context.req.param('id'), conditionsOf(context.req));
    feedCache.forgetWindows();
    return outcome.ok
      ? new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      : problemResponse(outcome.refusal);
  });

  app.all('/', () => problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD, POST' }));
  app.all('/:id', () =>
    problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD, PUT, PATCH, DELETE' }),
  );

  function answerWrite(outcome: Outcome<Written>): Response {
    feedCache.forgetWindows();
    if (!outcome.ok) return problemResponse(outcome.refusal);
    const { article, created, warnings } = outcome.value;
    return Response.json(view(article, warnings), {
      status: created ? 201 : 200,
      headers: { ...JSON_HEADERS, etag: versionTag(article) },
    });
  }

  return app;
}

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** An article as the API shows it: the input's fields, and what only we know. PUT takes it back as it is. */
function articleView(config: Config, article: Article, warnings?: Fault[]): Record<string, unknown> {
  const { id, version, html, dated, section, ...rest } = article;
  return {
    id,
    guid: guidOf(id, config.publication.idAuthority),
    version,
    link: linkOf(article, config.baseUrl),
    ...rest,
    ...(section && { section }),
    content: { html },
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

/** An article has four levels. What reads it recurses, and a megabyte of brackets would be more than the stack has. */
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

function conditionsOf(request: { header(name: string): string | undefined }): Preconditions {
  return { ifMatch: request.header('if-match'), ifNoneMatch: request.header('if-none-match') };
}

const encodeCursor = (sortKey: string) => Buffer.from(sortKey).toString('base64url');

function decodeCursor(cursor: string | undefined): Outcome<string | undefined> {
  if (!cursor) return done(undefined);
  const sortKey = Buffer.from(cursor, 'base64url').toString();
  if (/^\d{4}-\d\d-\d\dT[\d:.]{12}Z#[\x21-\x7e]{1,128}$/.test(sortKey)) return done(sortKey);
  return refused({ kind: 'malformed', detail: 'cursor must be the "next" of an earlier answer.' });
}
