import type { Image } from '../articles/article.ts';
import { podcastType } from '../articles/podcast-audio.ts';
import { isArtworkUrl, MOST_DESCRIPTION_BYTES, MOST_PODCAST_CHARACTERS } from '../settings/podcast.ts';
import { shorten } from '../shared/text.ts';
import type { FeedEntry, PodcastHead } from './feed-info.ts';
import { element, textElement } from './xml.ts';

/**
 * What Apple ("A Podcaster's Guide to RSS") and Spotify ("Podcast Delivery Specification") read beyond RSS 2.0. Their
 * summaries, subtitles and keywords are of the past. A podcast of stories is one without order: "episodic".
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

/** Of an item with an audio version. Empty where players would not play it. */
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

/** Within Apple's limits, and its audio by Apple's name. */
export function asEpisode(entry: FeedEntry): FeedEntry {
  const { title, excerpt, audio } = entry;
  return {
    ...entry,
    title: shorten(title, MOST_PODCAST_CHARACTERS),
    excerpt: withinBytes(excerpt, MOST_DESCRIPTION_BYTES),
    audio: audio && { ...audio, type: podcastType(audio) ?? audio.type },
  };
}

/** Bytes of the text as XML, in which an ampersand may take five. */
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

/** A square of 1400 to 3000 pixels: few lead photos are. */
function isArtwork({ url, width = 0, height }: Image): boolean {
  return width === height && width >= 1400 && width <= 3000 && isArtworkUrl(url);
}
