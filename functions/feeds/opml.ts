import { slugOf } from '../articles/slug.ts';
import { escapeMarkup } from '../articles/text.ts';
import type { Config } from '../config.ts';
import { languageName } from '../locale.ts';
import { feedLanguages, feedsInAllLanguages, feedsInLanguage } from './configured-feeds.ts';
import { ON_OTHER_SITES, RARELY_CHANGED } from './feed-head.ts';
import { feedInfo } from './feed-info.ts';
import type { FeedSelector } from './feed-key.ts';
import { element } from './xml.ts';

/**
 * OPML 2.0 (opml.org/spec2.opml, "Subscription lists"): a list that a feed reader imports whole, with a folder for each
 * language. It has no date: when the settings were changed is nowhere to be read, and "now" would be a change by itself.
 */
export function opml(config: Config): string {
  const { publication, baseUrl } = config;
  const folders = feedLanguages(publication).map((language) => {
    const { title } = infoOf(config, { language });
    const feeds = feedsInLanguage(publication, language);
    return element(
      'outline',
      { text: `${title} (${languageName(language)})` },
      lines(outlines(config, feeds)),
    );
  });
  const { title, author } = infoOf(config, {});
  const head = [
    element('title', {}, escapeMarkup(title)),
    element('ownerName', {}, escapeMarkup(author)),
    element('ownerId', {}, escapeMarkup(`${baseUrl}/`)),
    element('docs', {}, 'http://opml.org/spec2.opml'),
  ];
  const body = [...outlines(config, feedsInAllLanguages(publication)), ...folders];
  const document = element(
    'opml',
    { version: '2.0' },
    `\n${element('head', {}, lines(head))}\n${element('body', {}, lines(body))}\n`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n${document}\n`;
}

/** A person who follows a link to it gets a file that is called after the paper. */
export function opmlHeaders({ publication }: Config): Record<string, string> {
  const name = slugOf(publication.name[publication.languages[0] ?? ''] ?? '');
  return {
    'content-type': 'text/x-opml; charset=utf-8',
    'cache-control': RARELY_CHANGED,
    // RFC 6266, section 5: in ASCII, and as it is spelt.
    'content-disposition': `attachment; filename="feeds.opml"; filename*=UTF-8''${encodeURIComponent(name || 'feeds')}.opml`,
    vary: 'Accept-Encoding',
    ...ON_OTHER_SITES,
  };
}

function outlines(config: Config, feeds: FeedSelector[]): string[] {
  return feeds.map((selector) => {
    const { title, description, homeUrl, selfUrl, language } = infoOf(config, selector);
    return element('outline', {
      type: 'rss',
      // "RSS for 0.91, 0.92 or 2.0"
      version: 'RSS',
      text: title,
      title,
      description,
      xmlUrl: selfUrl,
      htmlUrl: homeUrl,
      language,
    });
  });
}

function infoOf(config: Config, selector: FeedSelector) {
  return feedInfo(config, { selector, format: 'rss' });
}

function lines(elements: string[]): string {
  return `\n${elements.join('\n')}\n`;
}
