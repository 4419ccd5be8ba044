import type { FeedEntry, FeedInfo } from './feed-info.ts';

/**
 * Writes JSON Feed 1.1 (jsonfeed.org/version/1.1). The `feed` library writes version 1.0, which lacks authors, language
 * and attachments. The extension `_broadsheet` has everything that the format has no member for.
 */
export function renderJson(info: FeedInfo, entries: FeedEntry[]): string {
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: info.title,
    home_page_url: info.homeUrl,
    feed_url: info.selfUrl,
    next_url: info.archive.prevUrl,
    description: info.description,
    icon: info.logo,
    favicon: info.favicon,
    authors: [{ name: info.author }],
    language: info.language,
    hubs: info.hubUrl && [{ type: 'WebSub', url: info.hubUrl }],
    items: entries.map(itemOf),
  };
  return `${JSON.stringify(feed)}\n`;
}

function itemOf(entry: FeedEntry): Record<string, unknown> {
  return {
    id: entry.guid,
    url: entry.link,
    title: entry.title,
    ...contentOf(entry),
    image: entry.image?.url,
    // Feed readers use this picture for cards and headers. Those that do not know it show the photo in the text.
    banner_image: entry.image?.url,
    date_published: entry.published,
    date_modified: entry.updated,
    authors: entry.authors.length > 0 ? entry.authors : undefined,
    tags: entry.categories,
    language: entry.language,
    attachments: entry.audio && [
      {
        url: entry.audio.url,
        mime_type: entry.audio.type,
        title: entry.title,
        size_in_bytes: entry.audio.bytes,
        duration_in_seconds: entry.audio.seconds,
      },
    ],
    _broadsheet: beyondTheFormat(entry),
  };
}

/** Every item has either content_html or content_text. JSON Feed 1.1 demands at least one of them. */
function contentOf({ html, summary, excerpt }: FeedEntry): Record<string, unknown> {
  return html === undefined ? { content_text: excerpt } : { content_html: html, summary };
}

function beyondTheFormat({
  image,
  contributors,
  commentsUrl,
  related,
  translations,
}: FeedEntry): Record<string, unknown> | undefined {
  const members = {
    image: image && {
      alt: image.alt,
      caption: image.caption,
      credit: image.credit,
      width: image.width,
      height: image.height,
    },
    contributors: contributors.length > 0 ? contributors : undefined,
    comments_url: commentsUrl,
    related: related.length > 0 ? related : undefined,
    translations:
      translations.length > 0
        ? translations.map(({ language, href }) => ({ language, url: href }))
        : undefined,
  };
  return Object.values(members).some((value) => value !== undefined) ? members : undefined;
}
