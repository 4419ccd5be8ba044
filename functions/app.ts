import type { Context, Hono } from 'hono';
import { type AccessServices, type ApiRoute, guarded } from './access/operation.ts';
import { type TokenRouteServices, tokenOperations } from './access/token-routes.ts';
import { type ArticleRouteServices, articleOperations } from './articles/article-routes.ts';
import { MAX_WEBHOOK_BYTES, type WebhookServices, webhookHandler } from './delivery/webhook-routes.ts';
import { feedHandlers, feedPaths, refuseToFeedReader } from './feeds/feed-routes.ts';
import type { FeedServices } from './feeds/feed-services.ts';
import { rememberedFeed, type ServerBindings } from './feeds/serve-feed.ts';
import { type IssueRouteServices, issueOperations } from './newsletter/issue-routes.ts';
import { type PreviewRouteServices, previewOperations } from './newsletter/preview-routes.ts';
import { type DraftPageServices, draftHandlers, MAX_DECISION_BYTES } from './pages/draft-routes.ts';
import { type MailboxPageServices, mailboxHandlers } from './pages/mailbox-routes.ts';
import { openFeed } from './pages/open-feed.ts';
import { message } from './pages/page-response.ts';
import { inEachLanguage, type PageServices, pageHandlers } from './pages/page-routes.ts';
import { preferencesHandlers } from './pages/preferences-routes.ts';
import { pageContext, readerLanguage } from './pages/reader-language.ts';
import { MAX_FORM_BYTES } from './pages/reader-link.ts';
import { type SubscriptionServices, subscriptionHandlers } from './pages/subscription-routes.ts';
import { NO_STORE } from './shared/answer-json.ts';
import type { Log } from './shared/log.ts';
import { plainResponse, problemResponse } from './shared/problem.ts';
import { appOf, type Method, type Otherwise, type Route } from './shared/route-table.ts';
import { type SubscriberRouteServices, subscriberOperations } from './subscribers/subscriber-routes.ts';
import { type SuppressionRouteServices, suppressionOperations } from './subscribers/suppression-routes.ts';
import type { HubServices } from './websub/take-request.ts';
import { hubHandler, MAX_HUB_REQUEST_BYTES } from './websub/websub-routes.ts';

/**
 * READ FIRST. Every address that Broadsheet answers stands in one of the two tables below, and the apps are made of them.
 * An app is a function of its services: the Lambda functions, the server on one machine and the tests make the same two.
 */

export type PublicServices = FeedServices &
  PageServices &
  SubscriptionServices &
  DraftPageServices &
  HubServices &
  WebhookServices;
export type EditorServices = ArticleRouteServices &
  IssueRouteServices &
  SubscriberRouteServices &
  SuppressionRouteServices &
  PreviewRouteServices &
  TokenRouteServices &
  AccessServices;

/** For editors and their systems: JSON in and out (readers: CSV), never cached. Each row names the scope that a token needs. */
export function apiRoutes(services: EditorServices): ApiRoute[] {
  const articles = articleOperations(services);
  const tokens = tokenOperations(services);
  const subscribers = subscriberOperations(services);
  const suppressions = suppressionOperations(services);
  const issues = issueOperations(services);
  const previews = previewOperations(services);
  // biome-ignore format: a table is read by its columns
  return [
    ['POST',   '/api/articles',              'articles:write',    'Stores a new article.',                                             articles.post],
    ['GET',    '/api/articles',              'articles:read',     'Lists articles, the newest first.',                                 articles.list],
    ['GET',    '/api/articles/:id',          'articles:read',     'Shows an article.',                                                 articles.get],
    ['PUT',    '/api/articles/:id',          'articles:write',    'Stores an article whole, as new or instead of what was there.',     articles.put],
    ['PATCH',  '/api/articles/:id',          'articles:write',    'Changes some fields of an article (RFC 7396).',                     articles.patch],
    ['DELETE', '/api/articles/:id',          'articles:write',    'Retracts an article: it leaves every feed and page.',               articles.retract],

    ['POST',   '/api/tokens',                'tokens:write',      'Makes a token, and shows it this once.',                            tokens.post],
    ['GET',    '/api/tokens',                'tokens:write',      'Lists the tokens.',                                                 tokens.list],
    ['DELETE', '/api/tokens/:id',            'tokens:write',      'Revokes a token.',                                                  tokens.revoke],

    ['POST',   '/api/subscribers/import',    'subscribers:write', 'Imports readers from CSV, and reports on every line.',              subscribers.import],
    ['GET',    '/api/subscribers',           'subscribers:read',  'Exports readers as CSV.',                                           subscribers.export],
    ['GET',    '/api/suppressions',          'subscribers:read',  'Says why an address is not mailed.',                                suppressions.get],
    ['DELETE', '/api/suppressions',          'subscribers:write', 'Lets an address be mailed again.',                                  suppressions.lift],

    ['GET',    '/api/editions',              'editions:read',     'Lists the editions, each with its next hour.',                      issues.editions],
    ['POST',   '/api/editions/:id/resume',   'issues:send',       'Sends an edition again that complaints have stopped.',              issues.resumeEdition],
    ['GET',    '/api/editions/:id/issues',   'editions:read',     'Lists the last issues of an edition.',                              issues.list],
    ['POST',   '/api/editions/:id/issues',   'issues:send',       'Sends an issue now, once for each slot or key.',                    issues.send],
    ['POST',   '/api/editions/:id/preview',  'editions:read',     'Shows what an issue would be now.',                                 previews.preview],
    ['POST',   '/api/editions/:id/test',     'issues:send',       'Mails a proof of it to a few addresses.',                           previews.proof],
    ['GET',    '/api/issues/:id',            'editions:read',     'Says how far an issue is.',                                         issues.get],
    ['POST',   '/api/issues/:id/resume',     'issues:send',       'Goes on with an issue that was stopped.',                           issues.resume],
    ['POST',   '/api/issues/:id/approve',    'issues:send',       'Approves a draft.',                                                 issues.approve],
    ['POST',   '/api/issues/:id/hold',       'issues:send',       'Holds a draft back.',                                               issues.hold],
  ];
}

type Row = [
  method: Method,
  paths: string | string[],
  does: string,
  answer: Route['answer'],
  maxBytes?: number,
];

/** For readers: feeds, pages, the links in mails. Cacheable where an answer says nothing else; no cookies anywhere. */
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
      ['GET',     '/healthz',                      'Answers 200 and the version while the process serves.',              healthy(services)],
      ['POST',    '/webhooks/resend',              'Takes what the mail provider reports about our mails, signed.',      webhookHandler(services),      MAX_WEBHOOK_BYTES],
    ]),
    // Under /, /{language}/, /sections/{section}/, /tags/{tag}/, /authors/{author}/ and /{language}/sections/{section}/:
    // rss.xml, atom.xml and feed.json, and the archive of each by month. podcast.xml where the settings have a podcast.
    ...rows(refuseToFeedReader, [
      ['GET',     feedPaths(publication),          'A feed; its page for a client that would rather have HTML.',         feeds.document],
      ['OPTIONS', feedPaths(publication),          'Lets a feed reader that runs in a browser ask for it.',              feeds.preflight],
      ['GET',     '/opml.xml',                     'All feeds as one list (OPML 2.0).',                                  feeds.opml],
      ['OPTIONS', '/opml.xml',                     'Lets a feed reader that runs in a browser ask for it.',              feeds.preflight],
    ]),
    ...rows(plainResponse, [
      ['POST',    '/websub',                       'Subscribes to a feed, or ends it (W3C WebSub): 202.',                hubHandler(services),          MAX_HUB_REQUEST_BYTES],
    ]),
    // A GET changes nothing, since mail scanners follow links: it shows a button, and the button posts.
    ...rows(refuseToPerson(services), [
      ['POST',    '/subscriptions',                'Signs up: 202, always the same.',                                    subscriptions.signUp,          MAX_FORM_BYTES],
      ['POST',    '/subscriptions/link',           'Mails a reader the link to their preferences: 202, always the same.', subscriptions.mailLink,       MAX_FORM_BYTES],
      ['GET',     '/subscriptions/confirm',        'A button that subscribes.',                                          subscriptions.showConfirm],
      ['POST',    '/subscriptions/confirm',        'Subscribes.',                                                        subscriptions.confirm,         MAX_FORM_BYTES],
      ['GET',     '/unsubscribe',                  'Two buttons: leave this newsletter, or all.',                        subscriptions.showUnsubscribe],
      ['POST',    '/unsubscribe',                  'Leaves, also as a one-click request of a mail program (RFC 8058).',  subscriptions.unsubscribe,     MAX_FORM_BYTES],

      ['GET',     '/subscriptions/manage',         'A form with what a reader chose.',                                   preferences.show],
      ['POST',    '/subscriptions/manage',         'Saves it; takes JSON too.',                                          preferences.save,              MAX_FORM_BYTES],
      ['POST',    '/subscriptions/manage/address', 'Mails a link to a new address: 202, always the same.',               preferences.askForAddress,     MAX_FORM_BYTES],
      ['GET',     '/subscriptions/manage/data',    'All that is stored about a reader, as JSON.',                        preferences.data],
      ['GET',     '/subscriptions/address',        'A button that changes the address.',                                 preferences.showAddress],
      ['POST',    '/subscriptions/address',        'Changes the address.',                                               preferences.changeAddress,     MAX_FORM_BYTES],
      ['GET',     '/subscriptions/erase',          'What will be lost, and a button that erases it.',                    preferences.showErase],
      ['POST',    '/subscriptions/erase',          'Erases all that is stored about a reader.',                          preferences.erase,             MAX_FORM_BYTES],

      ['GET',     '/issues/review',                'A draft for an editor, and two buttons.',                            drafts.show],
      ['POST',    '/issues/review',                'Approves the draft, or holds it back.',                              drafts.decide,                 MAX_DECISION_BYTES],

      ['GET',     each('/'),                       'The latest stories, and the sign-up form.',                          pages.home],
      ['GET',     each('/feeds'),                  'All feeds, for people.',                                             pages.feeds],
      ['GET',     each('/subscribe'),              'The newsletters, and the sign-up form.',                             pages.subscribe],
      ['GET',     each('/issues'),                 'Past issues.',                                                       pages.issues],
      ['GET',     '/articles/:id',                 'A story.',                                                           pages.article],
      ['GET',     '/issues/:edition/:slot',        'The web version of an issue.',                                       pages.issue],
      ['GET',     '/style.css',                    'The style of the pages.',                                            pages.style],
      ['GET',     '/feeds.js',                     'The script of the pages that show feeds.',                           pages.feedsScript],
    ]),
  ];
}

/** On one machine, where no provider takes the mails: what the mailbox took. */
export function mailboxRoutes(services: MailboxPageServices): Route[] {
  const mailbox = mailboxHandlers(services);
  // biome-ignore format: a table is read by its columns
  return rows(refuseToPerson(services), [
    ['GET', '/mailbox',          'The mails that were sent.',              mailbox.list],
    ['GET', '/mailbox/:id',      'A mail.',                                mailbox.mail],
    ['GET', '/mailbox/:id/html', 'Its HTML alone, which the page shows.',  mailbox.html],
  ]);
}

export function createEditorApp(services: EditorServices): Hono {
  return appOf(apiRoutes(services).map(guarded(services)), inTheApi(services.log));
}

export function createPublicApp(services: PublicServices): Hono {
  return withMemory(appOf(publicRoutes(services), onThePages(services)), services);
}

/** Both in one, as one machine serves them. `hasMailbox`: no provider takes the mails. */
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
  const app = appOf(routes, {
    notFound: (context) => otherwise(context).notFound(context),
    failed: (error, context) => otherwise(context).failed(error, context),
  });
  return withMemory(app, services);
}

function inTheApi(log: Log): Otherwise {
  return {
    notFound: ({ req }) => problemResponse({ kind: 'not-found', what: `resource at ${req.path}` }),
    failed(error, { req }) {
      report(log, error, req.method, req.path);
      return problemResponse({ kind: 'failed' });
    },
  };
}

function onThePages(services: ReaderContext & { log: Log }): Otherwise {
  return {
    notFound: (context) => message(readerOf(services, context), 'not-found', 404),
    failed(error, context) {
      report(services.log, error, context.req.method, context.req.path);
      return message(readerOf(services, context), 'failed', 500);
    },
  };
}

/** Rows that refuse in the same words. */
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

function healthy({ config }: PublicServices): Route['answer'] {
  return () => new Response(`ok ${config.version}\n`, { headers: NO_STORE });
}

/** Polls of feeds that the process remembers do not reach the router. */
function withMemory(app: Hono, services: FeedServices): Hono {
  const { fetch } = app;
  app.fetch = (request, bindings, context) =>
    rememberedFeed(services, request, bindings as ServerBindings) ?? fetch(request, bindings, context);
  return app;
}

function report(log: Log, error: Error, method: string, path: string): void {
  log.error('a request failed', { method, path, error, stack: error.stack });
}
