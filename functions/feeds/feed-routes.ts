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

/** The patterns of all feeds and of their archives. */
export function feedPaths({ podcast }: Publication): string[] {
  return ARCHIVES.flatMap((archive) => [
    ...FOLDERS.flatMap((folder) => FORMATS.map((format) => `${folder}${archive}${FORMAT_FILES[format]}`)),
    ...(podcast ? PODCAST_FOLDERS.map((folder) => `${folder}${archive}${PODCAST_FILE}`) : []),
  ]);
}

const ALLOW = 'GET, HEAD, OPTIONS';

export type FeedRouteServices = FeedServices & { templates: Templates };

/** What a person is shown who opens a feed in a browser. The address is undefined where there is no such feed. */
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

    /** For a reader that runs in a browser and sends a header of its own. */
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
  // What is no slug names no feed, and its key might be another feed's.
  const { language: _, ...slugs } = named;
  if (!Object.values(slugs).every((slug) => slug === undefined || isSlug(slug))) return undefined;
  const file = req.path.slice(req.path.lastIndexOf('/') + 1);
  const isPodcast = file === PODCAST_FILE;
  const format = isPodcast ? 'rss' : FORMATS.find((each) => FORMAT_FILES[each] === file);
  if (!format) return undefined;
  const selector: FeedSelector = isPodcast ? { ...named, podcast: true } : named;
  if (month === undefined) return { selector, format };
  const archive = archivePart(month, before);
  return archive && { selector, format, archive };
}

const noSuchFeed: Refusal = {
  kind: 'not-found',
  what: 'such feed: names in its address are in small letters, digits and hyphens, and its archive is by month, such as archive/2026-11/',
};

async function answer(services: FeedServices, { req }: Context, address: FeedAddress): Promise<Response> {
  const outcome = await serveFeed(services, address, feedRequest(req.header()));
  if (outcome.ok) services.feedCache.addresses.set(pathOf(req.url), address);
  return responseOf(outcome);
}

function responseOf(outcome: Outcome<Response>): Response {
  return outcome.ok ? outcome.value : refuseToFeedReader(outcome.refusal);
}

/** A feed reader that runs in a browser may read why it was refused, too. */
export function refuseToFeedReader(refusal: Refusal): Response {
  return problemResponse(refusal, { 'access-control-allow-origin': '*' });
}
