import type { Context, Hono } from 'hono';
import { type AccessServices, type ApiRoute, guarded } from './access/api-operation.ts';
import { type TokenRouteServices, tokenOperations } from './access/token-routes.ts';
import { type ArticleRouteServices, articleOperations } from './articles/article-routes.ts';
import { MAX_WEBHOOK_BYTES, type WebhookServices, webhookHandler } from './delivery/webhook-routes.ts';
import { feedHandlers, feedPaths, refuseToFeedReader } from './feeds/feed-routes.ts';
import type { FeedServices } from './feeds/feed-services.ts';
import { rememberedFeed, type ServerBindings } from './feeds/serve-feed.ts';
import { type IssueRouteServices, issueOperations } from './newsletter/issue-routes.ts';
import { type PreviewRouteServices, previewOperations } from './newsletter/preview-routes.ts';
import { type DraftPageServices, draftHandlers, MAX_DECISION_BYTES } from './pages/draft-routes.ts';
import { mailboxGuard } from './pages/mailbox-guard.ts';
import { type MailboxPageServices, mailboxHandlers } from './pages/mailbox-routes.ts';
import { openFeed } from './pages/open-feed.ts';
import { message } from './pages/page-response.ts';
import { inEachLanguage, type PageServices, pageHandlers } from './pages/page-routes.ts';
import { preferencesHandlers } from './pages/preferences-routes.ts';
import { pageContext, readerLanguage } from './pages/reader-language.ts';
import { MAX_FORM_BYTES } from './pages/reader-link.ts';
import { type SubscriptionServices, subscriptionHandlers } from './pages/subscription-routes.ts';
import { failedRequest } from './shared/failed-request.ts';
import { type HealthServices, healthHandler } from './shared/health.ts';
import type { Log } from './shared/log.ts';
import { plainResponse, problemResponse } from './shared/problem.ts';
import { appOf, type Method, type Otherwise, type Route } from './shared/route-table.ts';
import { securityHeaders } from './shared/security-headers.ts';
import { readerOperations } from './subscribers/reader-routes.ts';
import { type SubscriberRouteServices, subscriberOperations } from './subscribers/subscriber-routes.ts';
import { type SuppressionRouteServices, suppressionOperations } from './subscribers/suppression-routes.ts';
import type { HubServices } from './websub/take-request.ts';
import { hubHandler, MAX_HUB_REQUEST_BYTES } from './websub/websub-routes.ts';

/** READ FIRST. Every address that Broadsheet answers is in one of the tables below, and the apps are made from them. */

export type PublicServices = FeedServices &
  PageServices &
  SubscriptionServices &
  DraftPageServices &
  HubServices &
  WebhookServices &
  HealthServices;
export type EditorServices = ArticleRouteServices &
  IssueRouteServices &
  SubscriberRouteServices &
  SuppressionRouteServices &
  PreviewRouteServices &
  TokenRouteServices &
  AccessServices;

/**
 * Addresses for editors and their systems. They take and return JSON, or CSV for lists of readers, and no cache keeps
 * an answer. Each row names the scope that a token needs.
 */
export function apiRoutes(services: EditorServices): ApiRoute[] {
  const articles = articleOperations(services);
  const tokens = tokenOperations(services);
  const subscribers = subscriberOperations(services);
  const readers = readerOperations(services);
  const suppressions = suppressionOperations(services);
  const issues = issueOperations(services);
  const previews = previewOperations(services);
  // biome-ignore format: a table is read by its columns
  return [
    ['POST',   '/api/articles',              'articles:write',    'Stores a new article.',                                             articles.post],
    ['GET',    '/api/articles',              'articles:read',     'Lists articles, the newest first.',                                 articles.list],
    ['GET',    '/api/articles/:id',          'articles:read',     'Shows an article.',                                                 articles.get],
    ['PUT',    '/api/articles/:id',          'articles:write',    'Stores a whole article, new or in place of the stored one.',        articles.put],
    ['PATCH',  '/api/articles/:id',          'articles:write',    'Changes some fields of an article (RFC 7396).',                     articles.patch],
    ['DELETE', '/api/articles/:id',          'articles:write',    'Retracts an article: it leaves every feed and page.',               articles.retract],

    ['POST',   '/api/tokens',                'tokens:write',      'Makes a token, and shows it in this answer only.',                  tokens.post],
    ['GET',    '/api/tokens',                'tokens:write',      'Lists the tokens.',                                                 tokens.list],
    ['DELETE', '/api/tokens/:id',            'tokens:write',      'Revokes a token.',                                                  tokens.revoke],

    ['POST',   '/api/subscribers/import',    'subscribers:write', 'Imports readers from CSV, and reports on every line.',              subscribers.import],
    ['GET',    '/api/subscribers',           'subscribers:read',  'Exports readers as CSV.',                                           subscribers.export],
    ['DELETE', '/api/subscribers',           'subscribers:write', 'Erases a reader.',                                                  readers.erase],
    ['POST',   '/api/subscribers/unsubscribe', 'subscribers:write', 'Unsubscribes a reader who asked the newsroom for it.',            readers.unsubscribe],
    ['POST',   '/api/suppressions',          'subscribers:write', 'Takes in addresses that must not be mailed, as CSV or JSON.',       suppressions.post],
    ['GET',    '/api/suppressions',          'subscribers:read',  'Says why an address is not mailed.',                                suppressions.get],
    ['DELETE', '/api/suppressions',          'subscribers:write', 'Lets an address be mailed again.',                                  suppressions.lift],

    ['GET',    '/api/editions',              'editions:read',     'Lists the editions, each with the time of its next issue.',         issues.editions],
    ['POST',   '/api/editions/:id/resume',   'issues:send',       'Starts an edition again after complaints have stopped it.',         issues.resumeEdition],
    ['GET',    '/api/editions/:id/issues',   'editions:read',     'Lists the latest issues of an edition.',                            issues.list],
    ['POST',   '/api/editions/:id/issues',   'issues:send',       'Sends an issue now, but only once for each slot or key.',           issues.send],
    ['POST',   '/api/editions/:id/preview',  'editions:read',     'Shows what an issue would contain now.',                            previews.preview],
    ['POST',   '/api/editions/:id/test',     'issues:send',       'Mails a proof of an issue to a few addresses.',                     previews.proof],
    ['GET',    '/api/issues/:id',            'editions:read',     'Shows an issue and how many readers have it.',                      issues.get],
    ['POST',   '/api/issues/:id/resume',     'issues:send',       'Continues an issue that was stopped.',                              issues.resume],
    ['POST',   '/api/issues/:id/approve',    'issues:send',       'Approves a draft.',                                                 issues.approve],
    ['POST',   '/api/issues/:id/hold',       'issues:send',       'Holds a draft back.',                                               issues.hold],
  ];
}

type Row = [Method, paths: string | string[], does: string, answer: Route['answer'], maxBytes?: number];

/**
 * Addresses for readers: feeds, pages and the links in mails. Caches may keep most of them. No answer sets a cookie.
 */
export function publicRoutes(services: PublicServices): Route[] {
  const { publication } = services.config;
  const feeds = feedHandlers(services, openFeed(services));
  const subscriptions = subscriptionHandlers(services);
  const preferences = preferencesHandlers(services);
  const drafts = draftHandlers(services);
  const pages = pageHandlers(services);
  const each = (path: string) => inEachLanguage(publication, path);
  // biome-ignore format: a table is read by its columns
  return [
    ...rows((refusal) => problemResponse(refusal), [
      ['GET',     '/healthz',                      'Answers 200 and the version, or 503 and what is wrong.',             healthHandler(services)],
      ['POST',    '/webhooks/resend',              'Takes the signed reports of the mail provider about our mails.',     webhookHandler(services),      MAX_WEBHOOK_BYTES],
    ]),
    // /, /{language}/, /sections/{section}/, /tags/{tag}/, /authors/{author}/ and /{language}/sections/{section}/ each
    // have rss.xml, atom.xml, feed.json and their archives by month. There is podcast.xml too if the settings have a
    // podcast.
    ...rows(refuseToFeedReader, [
      ['GET',     feedPaths(publication),          'Returns a feed, or its page to a client that prefers HTML.',         feeds.document],
      ['OPTIONS', feedPaths(publication),          'Lets a feed reader that runs in a browser ask for it.',              feeds.preflight],
      ['GET',     '/opml.xml',                     'Lists all feeds (OPML 2.0).',                                        feeds.opml],
      ['OPTIONS', '/opml.xml',                     'Lets a feed reader that runs in a browser ask for it.',              feeds.preflight],
    ]),
    ...rows(plainResponse, [
      ['POST',    '/websub',                       'Begins or ends a subscription to a feed (W3C WebSub): 202.',         hubHandler(services),          MAX_HUB_REQUEST_BYTES],
    ]),
    // Mail scanners follow every link in a mail, so a GET changes nothing. It shows a button, and the button posts.
    ...rows(refuseToPerson(services), [
      ['POST',    '/subscriptions',                'Signs a reader up. The answer is always the same: 202.',             subscriptions.signUp,          MAX_FORM_BYTES],
      ['POST',    '/subscriptions/link',           'Mails a reader the link to their preferences: always 202.',          subscriptions.mailLink,        MAX_FORM_BYTES],
      ['GET',     '/subscriptions/confirm',        'Shows a button that subscribes.',                                    subscriptions.showConfirm],
      ['POST',    '/subscriptions/confirm',        'Subscribes the reader.',                                             subscriptions.confirm,         MAX_FORM_BYTES],
      ['GET',     '/unsubscribe',                  'Shows two buttons: leave this newsletter, or all of them.',          subscriptions.showUnsubscribe],
      ['POST',    '/unsubscribe',                  'Unsubscribes, also on one click in a mail program (RFC 8058).',      subscriptions.unsubscribe,     MAX_FORM_BYTES],

      ['GET',     '/subscriptions/manage',         'Shows a form with what the reader chose.',                           preferences.show],
      ['POST',    '/subscriptions/manage',         'Saves what the reader chose. It takes JSON too.',                    preferences.save,              MAX_FORM_BYTES],
      ['POST',    '/subscriptions/manage/address', 'Mails a link to a new address: always 202.',                         preferences.askForAddress,     MAX_FORM_BYTES],
      ['GET',     '/subscriptions/manage/data',    'Returns everything that is stored about a reader, as JSON.',         preferences.data],
      ['GET',     '/subscriptions/address',        'Shows a button that changes the address.',                           preferences.showAddress],
      ['POST',    '/subscriptions/address',        'Changes the address of the reader.',                                 preferences.changeAddress,     MAX_FORM_BYTES],
      ['GET',     '/subscriptions/erase',          'Shows what will be lost, and a button that erases it.',              preferences.showErase],
      ['POST',    '/subscriptions/erase',          'Erases everything that is stored about a reader.',                   preferences.erase,             MAX_FORM_BYTES],

      ['GET',     '/issues/review',                'Shows a draft to an editor, with two buttons.',                      drafts.show],
      ['POST',    '/issues/review',                'Approves the draft, or holds it back.',                              drafts.decide,                 MAX_DECISION_BYTES],

      ['GET',     each('/'),                       'Shows the latest stories and the sign-up form.',                     pages.home],
      ['GET',     each('/feeds'),                  'Lists all feeds for people.',                                        pages.feeds],
      ['GET',     each('/subscribe'),              'Shows the newsletters and the sign-up form.',                        pages.subscribe],
      ['GET',     each('/issues'),                 'Lists past issues.',                                                 pages.issues],
      ['GET',     '/articles/:id',                 'Shows a story.',                                                     pages.article],
      ['GET',     '/issues/:edition/:slot',        'Shows the web version of an issue.',                                 pages.issue],
      ['GET',     '/style.css',                    'Returns the style of the pages.',                                    pages.style],
      ['GET',     '/feeds.js',                     'Returns the script of the pages that show feeds.',                   pages.feedsScript],
    ]),
  ];
}

/** Addresses of the mailbox, which takes the mails on one machine if no mail provider is set. */
export function mailboxRoutes(services: MailboxPageServices): Route[] {
  const mailbox = mailboxHandlers(services);
  const before = [mailboxGuard(services.config, plainResponse)];
  // biome-ignore format: a table is read by its columns
  const table = rows(refuseToPerson(services), [
    ['GET', '/mailbox',          'Lists the mails that were sent.',        mailbox.list],
    ['GET', '/mailbox/:id',      'Shows a mail.',                          mailbox.mail],
    ['GET', '/mailbox/:id/html', 'Returns the HTML of a mail alone.',      mailbox.html],
  ]);
  return table.map((row) => ({ ...row, before }));
}

export function createEditorApp(services: EditorServices): Hono {
  const routes = apiRoutes(services).map(guarded(services));
  return appOf(routes, inTheApi(services.log), securityHeaders(services.config));
}

export function createPublicApp(services: PublicServices): Hono {
  const headers = securityHeaders(services.config);
  return withMemory(appOf(publicRoutes(services), onThePages(services), headers), services);
}

/** Makes one app with all addresses, for one machine. It has the mailbox's pages if the mails go to the mailbox. */
export function createWholeApp(
  services: PublicServices & EditorServices & MailboxPageServices,
  hasMailbox: boolean,
): Hono {
  const api = inTheApi(services.log);
  const pages = onThePages(services);
  const otherwise = ({ req }: Context) => (/^\/api(\/|$)/.test(req.path) ? api : pages);
  const routes = [
    ...publicRoutes(services),
    ...apiRoutes(services).map(guarded(services)),
    ...(hasMailbox ? mailboxRoutes(services) : []),
  ];
  const either: Otherwise = {
    notFound: (context) => otherwise(context).notFound(context),
    failed: (error, context) => otherwise(context).failed(error, context),
  };
  return withMemory(appOf(routes, either, securityHeaders(services.config)), services);
}

function inTheApi(log: Log): Otherwise {
  return {
    notFound: ({ req }) => problemResponse({ kind: 'not-found', what: `resource at ${req.path}` }),
    failed: (error, { req, env }) => problemResponse(failedRequest(log, error, req, env)),
  };
}

function onThePages(services: ReaderContext & { log: Log }): Otherwise {
  return {
    notFound: (context) => message(readerOf(services, context), 'not-found', 404),
    failed(error, context) {
      failedRequest(services.log, error, context.req, context.env);
      return message(readerOf(services, context), 'failed', 500);
    },
  };
}

/** Makes routes from rows that refuse requests in the same way. */
function rows(refuse: Route['refuse'], table: Row[]): Route[] {
  return table.map(([method, paths, does, answer, maxBytes]) => ({
    ...{ method, paths: [paths].flat(), does },
    ...{ answer, maxBytes, refuse },
  }));
}

function refuseToPerson(services: ReaderContext): Route['refuse'] {
  return (refusal, context) =>
    refusal.kind === 'method-not-allowed'
      ? message(readerOf(services, context), 'not-here', 405, { allow: refusal.allow })
      : problemResponse(refusal);
}

type ReaderContext = Pick<PublicServices, 'config' | 'templates'>;
function readerOf(services: ReaderContext, { req }: Context) {
  return pageContext(services, readerLanguage(services.config, req));
}

/**
 * Answers polls of remembered feeds without the router, because the router takes longer than the answer itself. Their
 * heads have the headers of every answer already (`feed-headers.ts`).
 */
function withMemory(app: Hono, services: FeedServices): Hono {
  const { fetch } = app;
  app.fetch = (request, bindings, context) =>
    rememberedFeed(services, request, bindings as ServerBindings) ?? fetch(request, bindings, context);
  return app;
}
