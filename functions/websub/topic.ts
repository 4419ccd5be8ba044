import type { Config } from '../config.ts';
import {
  type FeedAddress,
  type FeedFormat,
  type FeedSelector,
  FORMAT_FILES,
  FORMATS,
  feedUrl,
  LANGUAGE_PATTERN,
  PODCAST_FILE,
} from '../feeds/feed-key.ts';
import { isCanonicalTag } from '../settings/values.ts';
import { isSlug } from '../shared/text.ts';

const PATH = new RegExp(
  `^(?:/(${LANGUAGE_PATTERN}))?(?:/(section|tag|author)s/([^/]+))?/(${[...Object.values(FORMAT_FILES), PODCAST_FILE].join('|')})$`,
);

/** RFC 5646, section 4.4.1: room for every tag that is likely to be used. */
const MAX_LANGUAGE_CHARACTERS = 35;

/**
 * The subscription document that a topic is the self URL of; undefined where it is none. Exactly as the document calls
 * itself: a topic of another spelling would be another topic. Whether the feed exists is not looked at; that its key is short
 * enough to be stored is.
 */
export function topicAddress({ baseUrl, publication }: Config, topic: string): FeedAddress | undefined {
  if (!topic.startsWith(`${baseUrl}/`)) return undefined;
  const [, language, kind, name, file = ''] = PATH.exec(topic.slice(baseUrl.length)) ?? [];
  const isPodcast = file === PODCAST_FILE;
  if (isPodcast && !publication.podcast) return undefined;
  // Of a language there are its sections, and of a podcast there is one a language.
  if (kind && (isPodcast || (language && kind !== 'section'))) return undefined;
  if (language && (language.length > MAX_LANGUAGE_CHARACTERS || !isCanonicalTag(language))) return undefined;
  const slug = name && decoded(name);
  // What is no slug is no feed, and would be as long as its sender likes.
  if (name && !isSlug(slug ?? '')) return undefined;
  const selector: FeedSelector = {
    ...(language && { language }),
    ...(kind && { [kind]: slug }),
    ...(isPodcast && { podcast: true as const }),
  };
  const format = isPodcast ? 'rss' : formatOf(file);
  return format && feedUrl(baseUrl, selector, format) === topic ? { selector, format } : undefined;
}

function formatOf(file: string): FeedFormat | undefined {
  return FORMATS.find((format) => FORMAT_FILES[format] === file);
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
