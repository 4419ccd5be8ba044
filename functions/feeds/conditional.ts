/** Conditional requests (RFC 9110, section 13) on a document that has a strong ETag and a Last-Modified. */

/**
 * Whether the client has the document already.
 * `tags` are the current entity tags, one an encoding, each with its quotes: a 304 is right whichever encoding the
 * client stored. `lastModified` in milliseconds.
 */
export function isNotModified(
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  tags: string[],
  lastModified: number,
): boolean {
  // 13.1.3: If-Modified-Since is ignored where If-None-Match is present.
  if (ifNoneMatch !== undefined) {
    // What nearly every poll sends: the one tag that it was given.
    if (tags.includes(ifNoneMatch)) return true;
    return ifNoneMatch.trim() === '*' || entityTags(ifNoneMatch).some((tag) => tags.includes(tag));
  }
  const since = ifModifiedSince === undefined ? undefined : httpDate(ifModifiedSince);
  return since !== undefined && Math.floor(lastModified / 1000) * 1000 <= since;
}

/** The members of a list of entity tags, weak ones as strong: 13.1.2 compares weakly. */
export function entityTags(list: string): string[] {
  return [...list.matchAll(/(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g)].map((match) => match[1] ?? '');
}

const DAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
/** 5.6.7: the one preferred form, and the two obsolete ones that a recipient must accept. */
const HTTP_DATES = [
  new RegExp(`^(?:${DAYS}), \\d{2} (?:${MONTHS}) \\d{4} \\d{2}:\\d{2}:\\d{2} GMT$`),
  new RegExp(`^\\w{6,9}, \\d{2}-(?:${MONTHS})-\\d{2} \\d{2}:\\d{2}:\\d{2} GMT$`),
  new RegExp(`^(?:${DAYS}) (?:${MONTHS}) [ \\d]\\d \\d{2}:\\d{2}:\\d{2} \\d{4}$`),
];

/** Milliseconds; undefined for what is no HTTP date, which is then ignored. */
function httpDate(text: string): number | undefined {
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined;
  const milliseconds = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
