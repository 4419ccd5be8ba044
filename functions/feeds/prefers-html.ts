/** The media types by which clients ask for a feed. */
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
 * Checks whether a client prefers a page to a feed (RFC 9110, section 12.5.1). A browser does. A feed reader does not,
 * and neither does a client that accepts everything. The header has to name `text/html` and to give it a higher weight
 * than every type of a feed. Types of the same weight express no preference, in whatever order they stand (section
 * 12.4.2). A program that names both types with one weight is a feed reader.
 *
 * The network of caches in front of us runs this code too (`accept.edge.ts`), so it uses no library and little more
 * than ES5.
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (!accept || !/text\/html/i.test(accept)) return false;
  const ranges = accept.split(',').map(mediaRange);
  const html = qualityOf('text/html', ranges);
  return FEED_TYPES.every((type) => qualityOf(type, ranges) < html);
}

/** Reads a media range and its weight. Other parameters are ignored, because no type here has several forms. */
function mediaRange(text: string): MediaRange {
  const parts = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parts.slice(1).filter((part) => /^q\s*=/.test(part))[0];
  return { name: parts[0] || '', quality: weight ? Number(weight.replace(/^q\s*=\s*/, '')) || 0 : 1 };
}

/** Returns the weight of the most specific range that includes the type, or 0 if no range includes it. */
function qualityOf(type: string, ranges: MediaRange[]): number {
  const names = [type, type.replace(/\/.*/, '/*'), '*/*'];
  const found = names.map((name) => ranges.filter((range) => range.name === name)[0]).filter(Boolean)[0];
  return found ? found.quality : 0;
}
