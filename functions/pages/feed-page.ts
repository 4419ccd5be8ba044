import { html, raw } from 'hono/html';
import type { Article } from '../articles/article.ts';
import { type ArchivePart, documentPath, type FeedAddress, formatsOf } from '../feeds/feed-key.ts';
import { feedName, formatLinks } from './feed-links.ts';
import { FEEDS_SCRIPT_PATH } from './feeds-script.ts';
import { followFeed } from './follow-feed.ts';
import { layout, pathInLanguage } from './layout.ts';
import { type Html, type PageContext, spokenLanguage } from './page-context.ts';
import { storyList } from './story-list.ts';

export type FeedOnPage = {
  address: FeedAddress;
  stories: Article[];
  /** The parts of the archive before and after this page. */
  older: ArchivePart | undefined;
  newer: ArchivePart | undefined;
};

/**
 * The page that a person sees who opens a feed in a browser. It says what the feed is, how to follow it, and what is in
 * it. Search engines must not list it, because they should show the stories themselves.
 */
export function feedPage(context: PageContext, { address, stories, older, newer }: FeedOnPage): Html {
  const { phrases } = context;
  const { selector, format, archive } = address;
  const name = feedName(context, selector, stories);
  const others = formatsOf(selector).filter((other) => other !== format);
  const month = archive && monthName(context, archive);
  return layout(context, {
    title: month ? `${name}, ${month}` : name,
    path: documentPath(address),
    robots: 'noindex',
    feed: { selector, format },
    articles: stories,
    script: FEEDS_SCRIPT_PATH,
    body: html`<div class="column">
<p class="kicker">${phrases('page.feed.kicker')}</p>
<h1 id="feed-name" dir="auto">${name}</h1>
<p class="dek">${phrases(selector.podcast ? 'page.feed.textPodcast' : 'page.feed.text')} <a href="${pathInLanguage(context, '/feeds')}">${phrases('page.feed.allFeeds')}</a></p>
<div class="box">
${followFeed(context, { selector, format }, 'feed')}
</div>
${others.length > 0 ? html`<p class="formats"><span class="soft">${phrases('page.feed.formats')}</span> ${formatLinks(selector, name, others)}</p>` : raw('')}
<section aria-labelledby="stories">
<h2 class="label" id="stories">${month ?? phrases('page.home.latest')}</h2>
${stories.length > 0 ? storyList(context, stories) : html`<p>${phrases('page.home.empty')}</p>`}
</section>
${archiveLinks(context, address, older, newer)}
</div>`,
  });
}

/** Links the parts of the archive, as the feed itself links them for programs (RFC 5005, section 4). */
function archiveLinks(
  { phrases }: PageContext,
  { selector, format, archive }: FeedAddress,
  older: ArchivePart | undefined,
  newer: ArchivePart | undefined,
): Html {
  const link = (to: ArchivePart | undefined, text: string) =>
    html`<li><a href="${documentPath({ selector, format, archive: to })}">${text}</a></li>
`;
  const links = [
    ...(archive ? [link(undefined, phrases('page.home.latest'))] : []),
    ...(newer ? [link(newer, phrases('page.feed.newer'))] : []),
    ...(older ? [link(older, phrases(archive ? 'page.feed.older' : 'page.feed.archive'))] : []),
  ];
  if (links.length === 0) return raw('');
  return html`<nav aria-label="${phrases('page.feed.archive')}">
<ul>
${links}</ul>
</nav>`;
}

/** Returns the name of a month of the archive. The months in the archive's addresses are months in UTC. */
function monthName(context: PageContext, { month }: ArchivePart): string {
  const format = new Intl.DateTimeFormat(spokenLanguage(context), {
    year: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  return format.format(new Date(`${month}-01T00:00:00Z`));
}
