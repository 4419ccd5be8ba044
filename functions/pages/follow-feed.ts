import { html } from 'hono/html';
import { type FeedAddress, type FeedSelector, feedUrl } from '../feeds/feed-key.ts';
import { FORMAT_NAMES } from './feed-links.ts';
import type { Html, PageContext } from './page-context.ts';

/**
 * Feed readers that take a feed by a link. All links are https. A link with the scheme `feed:` does nothing if no
 * program has registered for it.
 *
 * Sources: Feedly's own addresses of feeds. Inoreader: what subscribe buttons and browser extensions send to it.
 * NewsBlur: its page of goodies, "Custom Add Site URL". The Old Reader: its tips, "To subscribe to new feeds with a
 * single click". Feedbin: feedbin.com/help/how-to-subscribe.
 */
const READERS: Record<string, (url: string) => string> = {
  Feedly: (url) => `https://feedly.com/i/subscription/feed%2F${url}`,
  Inoreader: (url) => `https://www.inoreader.com/?add_feed=${url}`,
  NewsBlur: (url) => `https://www.newsblur.com/?url=${url}`,
  'The Old Reader': (url) => `https://theoldreader.com/feeds/subscribe?url=${url}`,
  Feedbin: (url) => `https://feedbin.com/?subscribe=${url}`,
};

/**
 * Podcast players that take a feed by a link. Sources: AntennaPod's page "Add on AntennaPod" and Podcast Addict's own
 * addresses of feeds.
 */
const PODCAST_PLAYERS: Record<string, (url: string) => string> = {
  AntennaPod: (url) => `https://antennapod.org/deeplink/subscribe?url=${url}`,
  'Podcast Addict': (url) => `https://podcastaddict.com/feed/${url}`,
};

/**
 * Shows the address of a feed, which can be copied, and links to the feed readers that take it. The page must have the
 * feed's name in the element `{id}-name`.
 */
export function followFeed(context: PageContext, { selector, format }: FeedAddress, id: string): Html {
  const { phrases, config } = context;
  const url = feedUrl(config.baseUrl, selector, format);
  return html`<div class="copy" data-copied="${phrases('page.follow.copied')}" data-failed="${phrases('page.follow.failed')}">
<label for="${id}">${phrases('page.follow.address', { format: FORMAT_NAMES[format] })}</label>
<input id="${id}" value="${url}" dir="ltr" readonly aria-describedby="${id}-name">
<button type="button" class="second" aria-describedby="${id}-name" hidden>${phrases('page.follow.copy')}</button>
<span class="soft" role="status"></span>
</div>
<p class="soft" id="${id}-in">${phrases(selector.podcast ? 'page.follow.inPodcast' : 'page.follow.in')}</p>
<ul class="readers" aria-labelledby="${id}-in">
${readersOf(selector).map(
  ([name, link]) => html`<li><a href="${link(encodeURIComponent(url))}">${name}</a></li>
`,
)}</ul>`;
}

function readersOf({ podcast }: FeedSelector): [string, (url: string) => string][] {
  return Object.entries(podcast ? PODCAST_PLAYERS : READERS);
}
