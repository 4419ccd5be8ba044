import type { Config } from '../config.ts';
import {
  type FeedAddress,
  type FeedSelector,
  FORMAT_FILES,
  feedUrl,
  formatOfFile,
  LANGUAGE_PATTERN,
  PODCAST_FILE,
} from '../feeds/feed-key.ts';
import { isCanonicalTag } from '../settings/allowed-values.ts';
import { isSlug } from '../shared/text.ts';

const PATH = new RegExp(
  `^(?:/(${LANGUAGE_PATTERN}))?(?:/(section|tag|author)s/([^/]+))?/(${[...Object.values(FORMAT_FILES), PODCAST_FILE].join('|')})$`,
);

/** The most characters of a language tag. Every tag that is likely to be used has fewer (RFC 5646, section 4.4.1). */
const MAX_LANGUAGE_CHARACTERS = 35;

/**
 * Returns the subscription document whose self URL is the topic, or undefined if no document can have this self URL.
 * The spelling must be exactly as in the document, because another spelling would be another topic. The feed need not
 * exist, but its key must be short enough to be stored.
 */
export function topicAddress({ baseUrl, publication }: Config, topic: string): FeedAddress | undefined {
  if (!topic.startsWith(`${baseUrl}/`)) return undefined;
  const [, language, kind, name, file = ''] = PATH.exec(topic.slice(baseUrl.length)) ?? [];
  const isPodcast = file === PODCAST_FILE;
  if (isPodcast && !publication.podcast) return undefined;
  // Within a language there are feeds of sections, and none of tags or authors. A podcast has one feed for each
  // language, and none for sections.
  if (kind && (isPodcast || (language && kind !== 'section'))) return undefined;
  if (language && (language.length > MAX_LANGUAGE_CHARACTERS || !isCanonicalTag(language))) return undefined;
  const slug = name && decoded(name);
  // A name that is not a slug has no feed, and it could have any length. So it is refused.
  if (name && !isSlug(slug ?? '')) return undefined;
  const selector: FeedSelector = {
    ...(language && { language }),
    ...(kind && { [kind]: slug }),
    ...(isPodcast && { podcast: true as const }),
  };
  const format = formatOfFile(file);
  return format && feedUrl(baseUrl, selector, format) === topic ? { selector, format } : undefined;
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}
