import type { Audio } from './article.ts';

/**
 * The audio that podcast players take. Apple checks both the ending of the address and the type ("A Podcaster's Guide
 * to RSS", enclosure). The registered type of MPEG-4 audio is `audio/mp4`, but Apple has a name of its own for it.
 */
const PLAYED: Record<string, { ending: string; appleType: string }> = {
  'audio/mpeg': { ending: '.mp3', appleType: 'audio/mpeg' },
  'audio/mp4': { ending: '.m4a', appleType: 'audio/x-m4a' },
  'audio/m4a': { ending: '.m4a', appleType: 'audio/x-m4a' },
  'audio/x-m4a': { ending: '.m4a', appleType: 'audio/x-m4a' },
};

export const PLAYED_RULE =
  'podcast players take audio/mpeg at an address that ends in .mp3, and audio/mp4 at an address that ends in .m4a, and "bytes" must be more than 0';

/** Returns the type by which podcast players know an audio file, or undefined if they would not play it. */
export function podcastType({ type, url, bytes }: Audio): string | undefined {
  const played = PLAYED[type];
  const isPlayed =
    bytes > 0 &&
    URL.parse(url)
      ?.pathname.toLowerCase()
      .endsWith(played?.ending ?? '');
  return isPlayed ? played?.appleType : undefined;
}
