import type { Config } from '../config.ts';
import { languageName, phrasesIn, type Templates } from '../shared/locale.ts';
import { escapeMarkup, slugOf } from '../shared/text.ts';
import { changedByStories, ON_OTHER_SITES } from './feed-headers.ts';
import { type FeedInfo, feedInfo, type NamedBy } from './feed-info.ts';
import { type FeedSelector, feedLanguages, feedsInAllLanguages, feedsInLanguage } from './feed-key.ts';
import { GROUPS, type RecentFeed, type RecentFeeds } from './recent-feeds.ts';
import { element } from './xml.ts';

type Services = { config: Config; templates: Templates };

/**
 * Returns a function that writes the list of all feeds. The text of a list is remembered for as long as the recent
 * feeds in it are.
 */
export function opmlList(services: Services): (recent: RecentFeeds) => string {
  const written = new WeakMap<RecentFeeds, string>();
  return (recent) => {
    const text = written.get(recent) ?? opml(services, recent);
    written.set(recent, text);
    return text;
  };
}

/**
 * Writes a list that a feed reader can import as a whole (OPML 2.0, opml.org/spec2.opml, "Subscription lists"). The
 * feeds of the settings come first, with a folder for each language, and then the recent feeds, also in folders. The
 * list has no date: nothing says when the settings were changed, and the present time would make every list a new one.
 */
function opml({ config, templates }: Services, recent: RecentFeeds): string {
  const { publication, baseUrl } = config;
  const phrases = phrasesIn(templates, publication.languages[0] ?? '');
  const folders = [
    ...feedLanguages(publication).map((language) => ({
      text: withLanguage(infoOf(config, { language }).title, language),
      outlines: outlines(config, feedsInLanguage(publication, language)),
    })),
    ...GROUPS.map((group) => ({
      text: phrases(`page.feeds.${group}`),
      outlines: recent[group].map((feed) => outlineOfRecent(config, feed)),
    })),
  ];
  const { title, author } = infoOf(config, {});
  const head = [
    element('title', {}, escapeMarkup(title)),
    element('ownerName', {}, escapeMarkup(author)),
    element('ownerId', {}, escapeMarkup(`${baseUrl}/`)),
    element('docs', {}, 'http://opml.org/spec2.opml'),
  ];
  const body = [
    ...outlines(config, feedsInAllLanguages(publication)),
    ...folders
      .filter((folder) => folder.outlines.length > 0)
      .map((folder) => element('outline', { text: folder.text }, lines(folder.outlines))),
  ];
  const document = element(
    'opml',
    { version: '2.0' },
    `\n${element('head', {}, lines(head))}\n${element('body', {}, lines(body))}\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n${document}\n`;
}

/** Returns the headers of the list. A browser saves it as a file with the name of the publication. */
export function opmlHeaders(config: Config): Record<string, string> {
  const { publication } = config;
  const name = slugOf(publication.name[publication.languages[0] ?? ''] ?? '');
  return {
    'content-type': 'text/x-opml; charset=utf-8',
    'cache-control': changedByStories(config),
    // RFC 6266, section 5: a name in ASCII for old clients, and the real name.
    'content-disposition': `attachment; filename="feeds.opml"; filename*=UTF-8''${encodeURIComponent(name || 'feeds')}.opml`,
    vary: 'Accept-Encoding',
    ...ON_OTHER_SITES,
  };
}

function outlines(config: Config, feeds: FeedSelector[]): string[] {
  return feeds.map((selector) => outline(infoOf(config, selector)));
}

/** A folder of recent feeds has several languages, in which feeds may have the same name. So the language is added. */
function outlineOfRecent(config: Config, { selector, namedBy }: RecentFeed): string {
  const info = infoOf(config, selector, namedBy);
  return outline(info, selector.language ? withLanguage(info.title, selector.language) : info.title);
}

function outline({ title, description, homeUrl, selfUrl, language }: FeedInfo, text = title): string {
  return element('outline', {
    type: 'rss',
    // The specification asks for this value: "RSS for 0.91, 0.92 or 2.0".
    version: 'RSS',
    text,
    title,
    description,
    xmlUrl: selfUrl,
    htmlUrl: homeUrl,
    language,
  });
}

function withLanguage(title: string, language: string): string {
  return `${title} (${languageName(language)})`;
}

function infoOf(config: Config, selector: FeedSelector, namedBy?: NamedBy): FeedInfo {
  return feedInfo(config, { selector, format: 'rss' }, namedBy);
}

function lines(elements: string[]): string {
  return `\n${elements.join('\n')}\n`;
}
