import type { Audio } from './article.ts';

/**
 * What podcast players take ("A Podcaster's Guide to RSS", enclosure: Apple goes by the ending of the address, and by the
 * type). MPEG-4 audio is registered as `audio/mp4`; Apple has it under its own name.
 */
const PLAYED: Record<string, { ending: string; appleType: string }> = {
  'audio/mpeg': { ending: '.mp3', appleType: 'audio/mpeg' },
  'audio/mp4': { ending: '.m4a', appleType: 'audio/x-m4a' },
  'audio/m4a': { ending: '.m4a', appleType: 'audio/x-m4a' },
  'audio/x-m4a': { ending: '.m4a', appleType: 'audio/x-m4a' },
};

export const PLAYED_RULE =
  'podcast players take audio/mpeg at an address that ends in .mp3, and audio/mp4 at one in .m4a, of more than 0 bytes';

/** The type under which podcast players know it; undefined where they would not play it. */
export function podcastType({ type, url, bytes }: Audio): string | undefined {
  const played = PLAYED[type];
  const isThere =
    bytes > 0 &&
    URL.parse(url)
      ?.pathname.toLowerCase()
      .endsWith(played?.ending ?? '');
  return isThere ? played?.appleType : undefined;
}
