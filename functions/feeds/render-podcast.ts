import type { Image } from '../articles/article.ts';
import { podcastType } from '../articles/podcast-audio.ts';
import { isArtworkUrl, MOST_DESCRIPTION_BYTES, MOST_PODCAST_CHARACTERS } from '../settings/podcast.ts';
import { shorten } from '../shared/text.ts';
import type { FeedEntry, PodcastHead } from './feed-info.ts';
import { element, textElement } from './xml.ts';

/**
 * Writes the elements of a channel that Apple ("A Podcaster's Guide to RSS") and Spotify ("Podcast Delivery
 * Specification") read besides RSS 2.0. Neither reads summaries, subtitles and keywords any more. The type is
 * "episodic", because the stories have no order.
 */
export function podcastHead(podcast: PodcastHead, author: string): string {
  const { owner, category, subcategory } = podcast;
  return [
    textElement('itunes:author', author),
    element(
      'itunes:owner',
      {},
      textElement('itunes:name', owner.name) + textElement('itunes:email', owner.email),
    ),
    element('itunes:image', { href: podcast.image }),
    element(
      'itunes:category',
      { text: category },
      subcategory && element('itunes:category', { text: subcategory }),
    ),
    textElement('itunes:explicit', String(podcast.explicit)),
    textElement('itunes:type', 'episodic'),
  ].join('');
}

/** Writes the elements of an item with audio. Returns an empty text if podcast players would not play the audio. */
export function podcastParts({ audio, authors, image }: FeedEntry, podcast: PodcastHead): string {
  if (!audio || !podcastType(audio)) return '';
  const names = authors.map(({ name }) => name).join(', ');
  return [
    textElement('itunes:author', shorten(names, MOST_PODCAST_CHARACTERS)),
    textElement('itunes:duration', audio.seconds ? String(audio.seconds) : undefined),
    textElement('itunes:explicit', String(podcast.explicit)),
    image && isArtwork(image) ? element('itunes:image', { href: image.url }) : '',
  ].join('');
}

/** Returns an entry within Apple's limits, in which the type of the audio has Apple's name. */
export function asEpisode(entry: FeedEntry): FeedEntry {
  const { title, excerpt, audio } = entry;
  return {
    ...entry,
    title: shorten(title, MOST_PODCAST_CHARACTERS),
    excerpt: withinBytes(excerpt, MOST_DESCRIPTION_BYTES),
    audio: audio && { ...audio, type: podcastType(audio) ?? audio.type },
  };
}

/** Shortens a text until it has at most `most` bytes as XML. An ampersand takes five bytes there. */
function withinBytes(text: string, most: number): string {
  let short = text;
  for (let max = most; bytesOf(short) > most; max = Math.floor((max * most) / bytesOf(short))) {
    short = shorten(text, max);
  }
  return short;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text.replace(/[&<>]/g, '&amp;'));
}

/**
 * Checks whether a photo may be the picture of an episode: a square of 1400 to 3000 pixels. Few lead photos are such a
 * square.
 */
function isArtwork({ url, width = 0, height }: Image): boolean {
  return width === height && width >= 1400 && width <= 3000 && isArtworkUrl(url);
}
