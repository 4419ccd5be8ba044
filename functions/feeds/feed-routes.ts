import { type Context, Hono } from 'hono';
import { problemResponse } from '../problem.ts';
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

const ALLOW = 'GET, HEAD, OPTIONS';

export function feedRoutes(services: FeedServices): Hono {
  const app = new Hono();
  for (const folder of FOLDERS) {
    for (const format of FORMATS) {
      const path = `${folder}${FORMAT_FILES[format]}`;
      app.get(path, (context) => answer(services, context, format));
      app.options(path, preflight);
      app.all(path, () => problemResponse({ kind: 'method-not-allowed', allow: ALLOW }));
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

async function answer(services: FeedServices, context: Context, format: FeedFormat): Promise<Response> {
  const outcome = await serveFeed(services, context.req.param() as FeedSelector, format, {
    acceptEncoding: context.req.header('accept-encoding'),
    ifNoneMatch: context.req.header('if-none-match'),
    ifModifiedSince: context.req.header('if-modified-since'),
  });
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
