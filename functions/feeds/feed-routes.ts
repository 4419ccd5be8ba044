import { type Context, Hono } from 'hono';
import { problemResponse } from '../problem.ts';
import type { Outcome } from '../refusal.ts';
import { type FeedFormat, type FeedSelector, FORMAT_FILES, FORMATS } from './feed-key.ts';
import { opml } from './opml.ts';
import { type FeedServices, serveFeed } from './serve-feed.ts';

/** A language of the path: two or three letters, and what may follow them (BCP 47). Longer names are other pages. */
const LANGUAGE = ':language{[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*}';

/** The folders in which feeds stand, each with its three documents. */
const FOLDERS = [
  '/',
  `/${LANGUAGE}/`,
  '/sections/:section/',
  '/tags/:tag/',
  '/authors/:author/',
  `/${LANGUAGE}/sections/:section/`,
];

const EVERYTHING: FeedSelector = {};

const ALLOW = 'GET, HEAD, OPTIONS';

export function feedRoutes(services: FeedServices): Hono {
  const app = new Hono();
  for (const folder of FOLDERS) {
    for (const format of FORMATS) {
      const path = `${folder}${FORMAT_FILES[format]}`;
      const isNamed = folder.includes(':');
      // One handler an address: where several match, Hono chains them, and answers by a promise.
      app.all(path, (context) => {
        switch (context.req.method) {
          case 'GET':
          case 'HEAD':
            return answer(services, context, isNamed ? context.req.param() : EVERYTHING, format);
          case 'OPTIONS':
            return preflight();
          default:
            return problemResponse({ kind: 'method-not-allowed', allow: ALLOW });
        }
      });
    }
  }
  app.get(
    '/opml.xml',
    () =>
      new Response(opml(services.config), {
        headers: { 'content-type': 'text/x-opml; charset=utf-8', 'cache-control': 'public, max-age=3600' },
      }),
  );
  return app;
}

function answer(
  services: FeedServices,
  context: Context,
  selector: FeedSelector,
  format: FeedFormat,
): Response | Promise<Response> {
  const ifNoneMatch = context.req.header('if-none-match');
  const outcome = serveFeed(services, selector, format, {
    acceptEncoding: context.req.header('accept-encoding'),
    ifNoneMatch,
    // RFC 9110, 13.1.3: ignored where the other is there.
    ifModifiedSince: ifNoneMatch === undefined ? context.req.header('if-modified-since') : undefined,
  });
  return outcome instanceof Promise ? outcome.then(responseOf) : responseOf(outcome);
}

function responseOf(outcome: Outcome<Response>): Response {
  return outcome.ok
    ? outcome.value
    : problemResponse(outcome.refusal, { 'access-control-allow-origin': '*' });
}

/** For a reader that runs in a browser and sends a header of its own. */
function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      allow: ALLOW,
      'access-control-allow-origin': '*',
      'access-control-allow-methods': ALLOW,
      'access-control-allow-headers': 'If-None-Match, If-Modified-Since, A-IM',
      'access-control-max-age': '86400',
    },
  });
}
