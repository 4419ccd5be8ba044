import { createHash } from 'node:crypto';
import type { Clock, Ids } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { done, type Fault, type Outcome, type Refusal, refused } from '../shared/refusal.ts';
import { type Article, versionTag } from './article.ts';
import { ID_RULE, isArticleId } from './article-fields.ts';
import { inputOf, parseArticle } from './article-input.ts';
import type { ArticleStore, StoredReply } from './article-store.ts';
import { type Decision, nextVersion, sameContent, tombstoneOf } from './article-version.ts';
import { applyMergePatch } from './merge-patch.ts';

/** Creates, replaces, changes and retracts articles. A function that reports success has stored the change. */

export type ArticleServices = { articles: ArticleStore; queue: Queue; clock: Clock; ids: Ids; log: Log };

/** The conditions of a request (RFC 9110, section 13.1), as the client sent them. */
export type Preconditions = { ifMatch?: string | undefined; ifNoneMatch?: string | undefined };

export type Written = { article: Article; created: boolean; changed: boolean; warnings: Fault[] };
export type Render = (article: Article, warnings: Fault[]) => string;

/** How often a write is tried again if another editor wrote the article between our read and our write. */
const ATTEMPTS = 25;

/**
 * Stores a new article (POST). If the request has an idempotency key, the same request gets the same answer for 24
 * hours and stores nothing. `render` makes the body of the answer, which is stored with the key.
 */
export async function createArticle(
  services: ArticleServices,
  input: unknown,
  render: Render,
  idempotency?: { key: string; requestHash: string },
): Promise<Outcome<StoredReply>> {
  const { articles, clock, ids } = services;
  if (idempotency) {
    const earlier = await earlierReply(services, idempotency);
    if (earlier) return earlier;
  }
  const parsed = parseArticle(input);
  if (!parsed.ok) return refused({ kind: 'invalid', faults: parsed.faults });

  const now = clock();
  const article = nextVersion(undefined, parsed.id ?? ids(), parsed, now);
  if (article.translationOf === article.id) return refused(ownTranslation);
  const reply: StoredReply = {
    key: idempotency?.key ?? '',
    requestHash: idempotency?.requestHash ?? '',
    status: 201,
    body: render(article, parsed.warnings),
    articleId: article.id,
    version: article.version,
  };
  const result = await articles.write({
    previous: undefined,
    next: article,
    reply: idempotency && reply,
    now,
  });
  switch (result.kind) {
    case 'written':
      await handOver(services.queue, services.log, [{ kind: 'outbox', id: result.outboxId }]);
      return done(reply);
    case 'key-taken':
      // The same request came twice at once, and the other one was first. Both get the same answer.
      return (idempotency && (await earlierReply(services, idempotency))) ?? refused(busy);
    case 'version-conflict':
      return refused({ kind: 'exists', detail: await whatExists(articles, article.id) });
    case 'too-large':
      return refused(tooLarge(result));
  }
}

/** Stores an article whole (PUT). It may be new, replace an article, or bring a retracted article back. */
export async function putArticle(
  services: ArticleServices,
  id: string,
  input: unknown,
  conditions: Preconditions,
): Promise<Outcome<Written>> {
  const parsed = parseArticle(input);
  if (!parsed.ok) return refused({ kind: 'invalid', faults: parsed.faults });
  if (!isArticleId(id)) return refused({ kind: 'not-found', what: `article id "${id}": ${ID_RULE}` });
  if (parsed.id !== undefined && parsed.id !== id) {
    return refused({
      kind: 'invalid',
      faults: [{ pointer: '/id', detail: `must be "${id}", as in the URL, or absent` }],
    });
  }
  return change(services, id, conditions, () => done({ fields: parsed.fields, warnings: parsed.warnings }));
}

/** Changes some fields of an article (PATCH). The patch is a JSON merge patch (RFC 7396) of what GET returns. */
export async function patchArticle(
  services: ArticleServices,
  id: string,
  patch: unknown,
  conditions: Preconditions,
): Promise<Outcome<Written>> {
  return change(services, id, conditions, (previous) => {
    if (!previous || previous.retractedAt) return refused({ kind: 'not-found', what: `article "${id}"` });
    const parsed = parseArticle(applyMergePatch(inputOf(previous), withOneContent(patch)));
    if (!parsed.ok) return refused({ kind: 'invalid', faults: parsed.faults });
    if (parsed.id !== id)
      return refused({ kind: 'invalid', faults: [{ pointer: '/id', detail: 'cannot be changed' }] });
    const undated = (patch as { publishedAt?: unknown } | null)?.publishedAt === null;
    return done({ fields: parsed.fields, warnings: parsed.warnings, undated });
  });
}

/**
 * Retracts an article (DELETE). It leaves every feed and page, and a tombstone without its text stays. If the article
 * is retracted already, nothing happens.
 */
export async function retractArticle(
  services: ArticleServices,
  id: string,
  conditions: Preconditions,
): Promise<Outcome<Article>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const previous = await services.articles.get(id);
    if (!previous) return refused({ kind: 'not-found', what: `article "${id}"` });
    const failed = failedCondition(previous, conditions);
    if (failed) return refused(failed);
    if (previous.retractedAt) return done(previous);
    const next = tombstoneOf(previous, services.clock());
    const result = await services.articles.write({ previous, next, now: services.clock() });
    if (result.kind === 'written') {
      await handOver(services.queue, services.log, [{ kind: 'outbox', id: result.outboxId }]);
      return done(next);
    }
  }
  return refused(busy);
}

async function change(
  services: ArticleServices,
  id: string,
  conditions: Preconditions,
  decide: (previous: Article | undefined) => Outcome<Decision & { warnings: Fault[] }>,
): Promise<Outcome<Written>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const previous = await services.articles.get(id);
    const failed = failedCondition(previous, conditions);
    if (failed) return refused(failed);
    const decision = decide(previous);
    if (!decision.ok) return decision;
    const { warnings } = decision.value;
    const now = services.clock();
    const next = nextVersion(previous, id, decision.value, now);
    if (next.translationOf === id) return refused(ownTranslation);
    if (previous && !previous.retractedAt && sameContent(previous, next)) {
      return done({ article: previous, created: false, changed: false, warnings });
    }
    const result = await services.articles.write({ previous, next, now });
    if (result.kind === 'too-large') return refused(tooLarge(result));
    if (result.kind === 'written') {
      await handOver(services.queue, services.log, [{ kind: 'outbox', id: result.outboxId }]);
      return done({ article: next, created: previous === undefined, changed: true, warnings });
    }
  }
  return refused(busy);
}

function failedCondition(
  current: Article | undefined,
  { ifMatch, ifNoneMatch }: Preconditions,
): Refusal | undefined {
  const live = current && !current.retractedAt ? current : undefined;
  if (ifMatch !== undefined && !(live && listed(ifMatch, versionTag(live)))) {
    return {
      kind: 'version-mismatch',
      detail: live
        ? `The article is at ${versionTag(live)} now; read it again and repeat your edit on it.`
        : 'There is no such article now.',
    };
  }
  // If-None-Match compares weakly (section 13.1.2), so the mark of a weak tag is left out.
  if (ifNoneMatch !== undefined && live && listed(ifNoneMatch.replaceAll('W/', ''), versionTag(live))) {
    return { kind: 'version-mismatch', detail: `The article exists already, at ${versionTag(live)}.` };
  }
  return undefined;
}

function listed(header: string, tag: string): boolean {
  return header.trim() === '*' || header.split(',').some((member) => member.trim() === tag);
}

async function earlierReply(
  { articles, clock }: ArticleServices,
  { key, requestHash }: { key: string; requestHash: string },
): Promise<Outcome<StoredReply> | undefined> {
  const reply = await articles.reply(key, clock());
  if (!reply) return undefined;
  if (reply.requestHash === requestHash) return done(reply);
  return refused({
    kind: 'key-reused',
    detail: `The key was used for article "${reply.articleId}" with another body. Use a new key for a new request.`,
  });
}

async function whatExists(articles: ArticleStore, id: string): Promise<string> {
  const existing = await articles.get(id);
  const state = existing?.retractedAt ? `was retracted at ${existing.retractedAt}` : 'exists';
  return `The article "${id}" ${state}. Use PUT /api/articles/${id} to replace it.`;
}

/**
 * Adds `html: null` to a patch that gives Markdown, so that the Markdown replaces the stored HTML. An article with both
 * would have two bodies and be refused.
 */
function withOneContent(patch: unknown): unknown {
  const content = (patch as { content?: { html?: unknown; markdown?: unknown } } | null)?.content;
  if (!content || typeof content !== 'object' || content.markdown === undefined || 'html' in content)
    return patch;
  return { ...(patch as object), content: { ...content, html: null } };
}

function tooLarge({ bytes, limitBytes }: { bytes: number; limitBytes: number }): Refusal {
  return {
    kind: 'invalid',
    faults: [
      {
        pointer: '/content',
        detail: `is too large to store: the compressed article has ${bytes} bytes, and at most ${limitBytes} fit`,
      },
    ],
  };
}

const ownTranslation: Refusal = {
  kind: 'invalid',
  faults: [{ pointer: '/translationOf', detail: 'must be the id of another article' }],
};

const busy: Refusal = {
  kind: 'busy',
  detail: 'Others are writing to this article at the same time. Nothing was stored; try again.',
  retryAfterSeconds: 1,
};

/** Returns the hash by which two requests with one idempotency key are found to be the same. */
export function requestHash(method: string, path: string, body: Uint8Array): string {
  return createHash('sha256').update(`${method} ${path}\n`).update(body).digest('hex');
}
