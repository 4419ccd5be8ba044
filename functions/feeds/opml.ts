import { escapeMarkup } from '../articles/text.ts';
import type { Config } from '../config.ts';
import { feedInfo } from './feed-info.ts';
import { type FeedSelector, feedUrl } from './feed-key.ts';
import { element } from './xml.ts';

/** The feeds that are there from the first day: all, by language, by section, and by section in a language. */
export function configuredFeeds({ publication }: Config): FeedSelector[] {
  const { languages, sections } = publication;
  return [
    {},
    ...languages.map((language) => ({ language })),
    ...sections.map(({ slug }) => ({ section: slug })),
    ...languages.flatMap((language) => sections.map(({ slug }) => ({ language, section: slug }))),
  ];
}

/** OPML 2.0 (opml.org/spec2.opml, "Subscription lists"): a list that a feed reader imports whole. */
export function opml(config: Config): string {
  const outlines = configuredFeeds(config).map((selector) => {
    const { title, homeUrl, language } = feedInfo(config, { selector, format: 'rss' }, []);
    return element('outline', {
      type: 'rss',
      version: 'RSS2',
      text: title,
      title,
      xmlUrl: feedUrl(config.baseUrl, selector, 'rss'),
      htmlUrl: homeUrl,
      language,
    });
  });
  const { title } = feedInfo(config, { selector: {}, format: 'rss' }, []);
  const head = element('head', {}, element('title', {}, escapeMarkup(title)));
  return `<?xml version="1.0" encoding="utf-8"?>\n${element('opml', { version: '2.0' }, `${head}${element('body', {}, outlines.join('\n'))}`)}\n`;
}
