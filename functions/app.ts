import { Hono } from 'hono';
import { type TokenRouteServices, tokenRoutes } from './access/token-routes.ts';
import { type ArticleRouteServices, articleRoutes } from './articles/article-routes.ts';
import { type WebhookServices, webhookRoutes } from './delivery/webhook-routes.ts';
import { feedRoutes } from './feeds/feed-routes.ts';
import type { FeedServices } from './feeds/feed-services.ts';
import { rememberedFeed, type ServerBindings } from './feeds/remembered-feed.ts';
import { type IssueRouteServices, issueRoutes } from './newsletter/issue-routes.ts';
import { type PreviewRouteServices, previewRoutes } from './newsletter/preview-routes.ts';
import { type ReviewRouteServices, reviewRoutes } from './newsletter/review-routes.ts';
import { type DraftPageServices, draftRoutes } from './pages/draft-routes.ts';
import { openFeed } from './pages/open-feed.ts';
import { message } from './pages/page-response.ts';
import { type PageServices, pageRoutes } from './pages/page-routes.ts';
import { preferencesRoutes } from './pages/preferences-routes.ts';
import { pageContext, readerLanguage } from './pages/reader-language.ts';
import { type SubscriptionServices, subscriptionRoutes } from './pages/subscription-routes.ts';
import type { Log } from './shared/log.ts';
import { problemResponse } from './shared/problem.ts';
import { type SubscriberRouteServices, subscriberRoutes } from './subscribers/subscriber-routes.ts';
import { type SuppressionRouteServices, suppressionRoutes } from './subscribers/suppression-routes.ts';
import type { HubServices } from './websub/take-request.ts';
import { websubRoutes } from './websub/websub-routes.ts';

/**
 * READ FIRST. Every address that Broadsheet answers. An app is a function of its services: the Lambda functions, the
 * server on one machine and the tests make the same two.
 */

export type PublicServices = FeedServices &
  PageServices &
  SubscriptionServices &
  DraftPageServices &
  HubServices &
  WebhookServices;
export type EditorServices = ArticleRouteServices &
  IssueRouteServices &
  ReviewRouteServices &
  SubscriberRouteServices &
  SuppressionRouteServices &
  PreviewRouteServices &
  TokenRouteServices;

/** For readers. Cacheable where nothing else is said; no cookies anywhere. */
export function createPublicApp(services: PublicServices): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    report(services.log, error, context.req.method, context.req.path);
    return message(pageContext(services, readerLanguage(services.config, context.req)), 'failed', 500);
  });

  // GET  /healthz                            200 while the process serves
  app.get('/healthz', () => new Response('ok\n', { headers: { 'cache-control': 'no-store' } }));

  // GET  …/rss.xml  …/atom.xml  …/feed.json  under
  //      /  /{language}/  /sections/{section}/  /tags/{tag}/  /authors/{author}/  /{language}/sections/{section}/
  // GET  /podcast.xml  /{language}/podcast.xml         the audio versions, where the settings have a podcast
  // GET  …/archive/{yyyy-mm}/  …/archive/{yyyy-mm}/{before}/     under each of them, the same names: its archive
  //      a page instead, where the client would rather have HTML
  // GET  /opml.xml                           all feeds, those of late too, as one list
  app.route('/', feedRoutes(services, openFeed(services)));

  // POST /websub                             subscribe to a feed, or unsubscribe: 202 (W3C WebSub)
  app.route('/', websubRoutes(services));

  // POST /subscriptions                      sign up: 202, always the same
  // POST /subscriptions/link                 mail me the link to my preferences: 202, always the same
  // GET  /subscriptions/confirm?token=       a button; POST subscribes
  // GET  /unsubscribe?token=                 two buttons; POST leaves, also as RFC 8058 one-click
  app.route('/', subscriptionRoutes(services));

  // GET  /subscriptions/manage?token=        a form; POST saves it, as JSON too
  // POST /subscriptions/manage/address?token=       mail a link to my new address: 202, always the same
  // GET  /subscriptions/address?token=       a button; POST changes the address
  // GET  /subscriptions/manage/data?token=   everything that is stored about the reader, as JSON
  // GET  /subscriptions/erase?token=         what will be lost, and a button; POST erases it
  app.route('/', preferencesRoutes(services));

  // GET  /issues/review?token=               a draft for an editor, and two buttons; POST approves or holds
  app.route('/', draftRoutes(services));

  // POST /webhooks/resend                    what the mail provider tells of our mails, signed: 200
  app.route('/', webhookRoutes(services));

  // GET  /                                   latest stories and the sign-up form
  // GET  /feeds  /subscribe  /issues         lists of feeds, newsletters, past issues; these four also under /{language}
  // GET  /articles/{id}                      a story as a plain page
  // GET  /issues/{edition}/{slot}            an issue's web version
  // GET  /style.css  /feeds.js
  app.route('/', pageRoutes(services));
  app.notFound((context) => {
    const reader = pageContext(services, readerLanguage(services.config, context.req));
    const allow = allowedMethods(app, context.req.path);
    return allow ? message(reader, 'not-here', 405, { allow }) : message(reader, 'not-found', 404);
  });
  return withMemory(app, services);
}

/** For editors and their systems: Bearer tokens with scopes, JSON in and out (readers: CSV), never cached. */
export function createEditorApp(services: EditorServices): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    report(services.log, error, context.req.method, context.req.path);
    return problemResponse({ kind: 'failed' });
  });

  // POST   /api/articles                     new: 201; Idempotency-Key
  // GET    /api/articles?cursor=&limit=      newest first
  // GET    /api/articles/{id}
  // PUT    /api/articles/{id}                201 or 200; If-Match, If-None-Match
  // PATCH  /api/articles/{id}                JSON merge patch
  // DELETE /api/articles/{id}                retract: 204
  app.route('/api/articles', articleRoutes(services));

  // POST   /api/tokens                       a new token, shown this once
  // GET    /api/tokens   DELETE /api/tokens/{id}
  app.route('/api/tokens', tokenRoutes(services));

  // POST   /api/subscribers/import           CSV in, a report a line out as NDJSON
  // GET    /api/subscribers?edition=&limit=  CSV; Link: rel=next where it is a part
  app.route('/api/subscribers', subscriberRoutes(services));

  // GET    /api/suppressions?email=          why an address is not mailed
  // DELETE /api/suppressions?email=&why=     it may be mailed again: 204
  app.route('/api/suppressions', suppressionRoutes(services));

  // GET    /api/editions
  // GET    /api/editions/{id}/issues         the last ones
  // POST   /api/editions/{id}/resume         send again what complaints have stopped
  // POST   /api/editions/{id}/issues         send now: 202; slot or Idempotency-Key
  // POST   /api/editions/{id}/preview        what an issue would be now: JSON, or the HTML
  // POST   /api/editions/{id}/test           the same by mail: 202; Idempotency-Key
  // GET    /api/issues/{id}                  how far it is
  // POST   /api/issues/{id}/resume           go on with one that was stopped: 202
  app.route('/api', issueRoutes(services));

  // POST   /api/issues/{id}/approve          what the newsroom says to a draft
  // POST   /api/issues/{id}/hold
  app.route('/api', reviewRoutes(services));
  app.route('/api', previewRoutes(services));
  app.notFound((context) => problemResponse({ kind: 'not-found', what: `resource at ${context.req.path}` }));
  return app;
}

/** Polls of feeds that the process remembers do not reach the router. */
function withMemory(app: Hono, services: FeedServices): Hono {
  const { fetch } = app;
  app.fetch = (request, bindings, context) =>
    rememberedFeed(services, request, bindings as ServerBindings) ?? fetch(request, bindings, context);
  return app;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The methods that an address has routes for (RFC 9110, 15.5.6); empty where it has none. The router is asked once none of
 * them has answered: a middleware would make every request pay for it.
 */
function allowedMethods(app: Hono, path: string): string {
  return METHODS.filter((method) => app.router.match(method, path)[0].length > 0)
    .map((method) => (method === 'GET' ? 'GET, HEAD' : method))
    .join(', ');
}

function report(log: Log, error: Error, method: string, path: string): void {
  log.error('a request failed', { method, path, error, stack: error.stack });
}
