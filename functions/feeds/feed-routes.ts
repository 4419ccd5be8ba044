import type { Context } from 'hono';
import type { Publication } from '../settings/publication.ts';
import type { Templates } from '../shared/locale.ts';
import { problemResponse } from '../shared/problem.ts';
import type { Outcome, Refusal } from '../shared/refusal.ts';
import { isSlug } from '../shared/text.ts';
import {
  archivePart,
  type FeedAddress,
  type FeedSelector,
  FORMAT_FILES,
  FORMATS,
  formatOfFile,
  LANGUAGE_PATTERN,
  PODCAST_FILE,
} from './feed-key.ts';
import type { FeedServices } from './feed-services.ts';
import { answerText, feedRequest } from './negotiation.ts';
import { opmlHeaders, opmlList } from './opml.ts';
import { prefersHtml } from './prefers-html.ts';
import { readRecentFeeds } from './recent-feeds.ts';
import { pathOf, serveFeed } from './serve-feed.ts';

const LANGUAGE = `:language{${LANGUAGE_PATTERN}}`;

/** The folders of feeds. Each has a document in each of the three formats. */
const FOLDERS = [
  '/',
  `/${LANGUAGE}/`,
  '/sections/:section/',
  '/tags/:tag/',
  '/authors/:author/',
  `/${LANGUAGE}/sections/:section/`,
];
/** The folders that have a podcast too, if the settings have a podcast. */
const PODCAST_FOLDERS = ['/', `/${LANGUAGE}/`];

/**
 * What follows each of these folders in a path: nothing, a month of the archive, or a part of a month with many
 * articles.
 */
const ARCHIVES = ['', 'archive/:month/', 'archive/:month/:before/'];

/** Returns the patterns of the addresses of all feeds and their archives. */
export function feedPaths({ podcast }: Publication): string[] {
  return ARCHIVES.flatMap((archive) => [
    ...FOLDERS.flatMap((folder) => FORMATS.map((format) => `${folder}${archive}${FORMAT_FILES[format]}`)),
    ...(podcast ? PODCAST_FOLDERS.map((folder) => `${folder}${archive}${PODCAST_FILE}`) : []),
  ]);
}

const ALLOW = 'GET, HEAD, OPTIONS';

export type FeedRouteServices = FeedServices & { templates: Templates };

/** Answers a person who opens a feed in a browser. The address is undefined if there is no such feed. */
export type FeedPage = (address: FeedAddress | undefined, context: Context) => Promise<Response>;

export function feedHandlers(services: FeedRouteServices, page: FeedPage) {
  const list = opmlList(services);
  const listHeaders = opmlHeaders(services.config);

  return {
    document(context: Context): Response | Promise<Response> {
      const address = addressOf(context);
      if (prefersHtml(context.req.header('accept'))) return page(address, context);
      return address ? answer(services, context, address) : refuseToFeedReader(noSuchFeed);
    },

    async opml(context: Context): Promise<Response> {
      const text = list(await readRecentFeeds(services, {}));
      return responseOf(await answerText(text, listHeaders, feedRequest(context.req.header())));
    },

    /**
     * Answers the question that a browser asks first (CORS preflight) for a feed reader that is a web page and sends a
     * header such as `If-None-Match`.
     */
    preflight(): Response {
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
    },
  };
}

function addressOf({ req }: Context): FeedAddress | undefined {
  const { month, before, ...named } = req.param() as Record<string, string | undefined>;
  // A name that is not a slug could make the key of another feed, so it names no feed.
  const { language: _, ...slugs } = named;
  if (!Object.values(slugs).every((slug) => slug === undefined || isSlug(slug))) return undefined;
  const file = req.path.slice(req.path.lastIndexOf('/') + 1);
  const format = formatOfFile(file);
  if (!format) return undefined;
  const selector: FeedSelector = file === PODCAST_FILE ? { ...named, podcast: true } : named;
  if (month === undefined) return { selector, format };
  const archive = archivePart(month, before);
  return archive && { selector, format, archive };
}

const noSuchFeed: Refusal = {
  kind: 'not-found',
  what: 'such feed: names in an address have lower-case letters, digits and hyphens, and archives are by month, such as archive/2026-11/',
};

async function answer(services: FeedServices, { req }: Context, address: FeedAddress): Promise<Response> {
  const outcome = await serveFeed(services, address, feedRequest(req.header()));
  if (outcome.ok) services.feedCache.addresses.set(pathOf(req.url), address);
  return responseOf(outcome);
}

function responseOf(outcome: Outcome<Response>): Response {
  return outcome.ok ? outcome.value : refuseToFeedReader(outcome.refusal);
}

/** Refuses a request for a feed. A feed reader that is a web page may read the reason too. */
export function refuseToFeedReader(refusal: Refusal): Response {
  return problemResponse(refusal, { 'access-control-allow-origin': '*' });
}
