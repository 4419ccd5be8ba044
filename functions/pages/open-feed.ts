import type { Context } from 'hono';
import { isPublic } from '../articles/article.ts';
import { type FeedAddress, monthOf } from '../feeds/feed-key.ts';
import type { FeedPage } from '../feeds/feed-routes.ts';
import type { FeedServices } from '../feeds/feed-services.ts';
import type { FeedWindow } from '../feeds/feed-window.ts';
import { answerText, feedRequest } from '../feeds/negotiation.ts';
import { articlesOf } from '../feeds/render-feed.ts';
import { readWindow } from '../feeds/serve-feed.ts';
import { isoTime } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { problemResponse } from '../shared/problem.ts';
import { type FeedOnPage, feedPage } from './feed-page.ts';
import { message, PAGE_HEADERS, SCRIPT_POLICY, SHARED } from './page-response.ts';
import { pageContext, readerLanguage } from './reader-language.ts';

/** How many stories the page of a feed shows. Its archive has the others, and the page links to it. */
const MOST_STORIES = 25;

type OpenFeedServices = FeedServices & { templates: Templates };

/**
 * Shows a person the page of a feed, at the feed's own address. The page is in the feed's language, or in the reader's
 * language if the feed has several.
 */
export function openFeed(services: OpenFeedServices): FeedPage {
  return async (address, context) => {
    const own = address && ownLanguage(services, address);
    const reader = pageContext(services, own ?? readerLanguage(services.config, context.req));
    const window = address && (await readWindow(services, address));
    if (!window) return message(reader, 'not-found', 404);
    const body = await feedPage(reader, await storiesOf(services, address, window));
    const headers = {
      ...PAGE_HEADERS,
      ...SHARED,
      'content-security-policy': SCRIPT_POLICY,
      vary: `Accept-Encoding, Accept${own ? '' : ', Accept-Language'}`,
    };
    return answered(String(body), headers, context);
  };
}

async function answered(body: string, headers: Record<string, string>, context: Context): Promise<Response> {
  const outcome = await answerText(body, headers, feedRequest(context.req.header()));
  return outcome.ok ? outcome.value : problemResponse(outcome.refusal);
}

/** Reads the stories of the page. A part of the archive is shown whole, because the next part begins after its end. */
async function storiesOf(
  { articles, clock }: OpenFeedServices,
  address: FeedAddress,
  { entries, older, newer }: FeedWindow,
): Promise<FeedOnPage> {
  const shown = address.archive ? entries : entries.slice(0, MOST_STORIES);
  const found = await articlesOf(articles, shown);
  const now = isoTime(clock());
  const stories = shown.flatMap(({ id }) => found.get(id) ?? []).filter((article) => isPublic(article, now));
  const last = shown.at(-1);
  const rest = last && shown.length < entries.length ? { month: monthOf(last) } : older;
  return { address, stories, older: rest, newer };
}

/** Returns the language of the feed, or undefined if it has stories in several languages. */
function ownLanguage({ config }: OpenFeedServices, { selector }: FeedAddress): string | undefined {
  const { languages } = config.publication;
  if (languages.length === 1) return languages[0];
  return languages.find((language) => language === selector.language);
}
