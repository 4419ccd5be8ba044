import { type Context, Hono } from 'hono';
import type { Templates } from '../shared/locale.ts';
import { problemResponse } from '../shared/problem.ts';
import { type Outcome, refused } from '../shared/refusal.ts';
import { isSlug } from '../shared/slug.ts';
import { answerText } from './answer-text.ts';
import {
  archivePart,
  type FeedAddress,
  type FeedFormat,
  type FeedSelector,
  FORMAT_FILES,
  FORMATS,
  LANGUAGE_PATTERN,
  PODCAST_FILE,
} from './feed-key.ts';
import { feedRequest } from './feed-request.ts';
import type { FeedServices } from './feed-services.ts';
import { opmlHeaders, opmlList } from './opml.ts';
import { prefersHtml } from './prefers-html.ts';
import { readFeedsOfLate } from './read-feeds-of-late.ts';
import { pathOf } from './remembered-feed.ts';
import { serveFeed } from './serve-feed.ts';

const LANGUAGE = `:language{${LANGUAGE_PATTERN}}`;

/** The folders in which feeds stand, each with its three documents. */
const FOLDERS = [
  '/',
  `/${LANGUAGE}/`,
  '/sections/:section/',
  '/tags/:tag/',
  '/authors/:author/',
  `/${LANGUAGE}/sections/:section/`,
];
/** Those with a podcast beside them, where the settings have one. */
const PODCAST_FOLDERS = ['/', `/${LANGUAGE}/`];

/** Under each folder again: the months of its archive, and the parts of a month of many articles. */
const ARCHIVES = ['', 'archive/:month/', 'archive/:month/:before/'];

const ALLOW = 'GET, HEAD, OPTIONS';

export type FeedRouteServices = FeedServices & { templates: Templates };

/** What a person is shown who opens a feed in a browser; undefined: what is the address of none. */
export type FeedPage = (address: FeedAddress | undefined, context: Context) => Promise<Response>;

export function feedRoutes(services: FeedRouteServices, page: FeedPage): Hono {
  const app = new Hono();
  for (const archive of ARCHIVES) {
    for (const folder of FOLDERS) {
      for (const format of FORMATS) documents(`${folder}${archive}${FORMAT_FILES[format]}`, format);
    }
    for (const folder of services.config.publication.podcast ? PODCAST_FOLDERS : [])
      documents(`${folder}${archive}${PODCAST_FILE}`, 'rss', { podcast: true });
  }
  const list = opmlList(services);
  const listHeaders = opmlHeaders(services.config);
  resource('/opml.xml', async (context) => {
    const text = list(await readFeedsOfLate(services, {}));
    return responseOf(await answerText(text, listHeaders, feedRequest(context.req.header())));
  });
  return app;

  function documents(path: string, format: FeedFormat, fixed: FeedSelector = {}): void {
    resource(path, (context) => {
      const address = addressOf(format, fixed, context.req.param());
      if (prefersHtml(context.req.header('accept'))) return page(address, context);
      if (!address) return responseOf(noSuchFeed);
      return answer(services, context, address);
    });
  }

  function resource(path: string, get: (context: Context) => Response | Promise<Response>): void {
    app.all(path, (context) => {
      switch (context.req.method) {
        case 'GET':
        case 'HEAD':
          return get(context);
        case 'OPTIONS':
          return preflight();
        default:
          return responseOf(refused({ kind: 'method-not-allowed', allow: ALLOW }));
      }
    });
  }
}

type Parameters = { month?: string; before?: string } & Record<string, string>;

function addressOf(
  format: FeedFormat,
  fixed: FeedSelector,
  { month, before, ...named }: Parameters,
): FeedAddress | undefined {
  // What is no slug names no feed, and its key might be another's.
  const { language, ...slugs } = named;
  if (!Object.values(slugs).every(isSlug)) return undefined;
  const selector = { ...named, ...fixed };
  if (month === undefined) return { selector, format };
  const archive = archivePart(month, before);
  return archive && { selector, format, archive };
}

const noSuchFeed = refused({
  kind: 'not-found',
  what: 'such feed: names in its address are in small letters, digits and hyphens, and its archive is by month, such as archive/2026-11/',
});

async function answer(services: FeedServices, { req }: Context, address: FeedAddress): Promise<Response> {
  const outcome = await serveFeed(services, address, feedRequest(req.header()));
  if (outcome.ok) services.feedCache.addresses.set(pathOf(req.url), address);
  return responseOf(outcome);
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
