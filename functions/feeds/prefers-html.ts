/** What a feed may be had as, and asked for as. */
const FEED_TYPES = [
  'application/rss+xml',
  'application/atom+xml',
  'application/feed+json',
  'application/xml',
  'text/xml',
  'application/json',
];

type MediaRange = { name: string; quality: number };

/**
 * Whether a client would rather be shown a page than a feed (RFC 9110, 12.5.1): browsers say so; readers, and whatever
 * takes anything, do not. It has to name `text/html` and to rate it above each type of a feed. Types of the same weight
 * are no preference, in whatever order they stand (12.4.2): a program that names both is a reader.
 *
 * The edge decides by this code too (`accept.edge.ts`), without libraries and in little more than ES5.
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (!accept || !/text\/html/i.test(accept)) return false;
  const ranges = accept.split(',').map(mediaRange);
  const html = qualityOf('text/html', ranges);
  return FEED_TYPES.every((type) => qualityOf(type, ranges) < html);
}

/** Parameters but the weight are left out: nothing here comes in more than one form. */
function mediaRange(text: string): MediaRange {
  const parts = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parts.slice(1).filter((part) => /^q\s*=/.test(part))[0];
  return { name: parts[0] || '', quality: weight ? Number(weight.replace(/^q\s*=\s*/, '')) || 0 : 1 };
}

/** That of the most specific range that has the type; 0 where none has it. */
function qualityOf(type: string, ranges: MediaRange[]): number {
  const names = [type, type.replace(/\/.*/, '/*'), '*/*'];
  const found = names.map((name) => ranges.filter((range) => range.name === name)[0]).filter(Boolean)[0];
  return found ? found.quality : 0;
}
