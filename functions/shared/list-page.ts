import * as z from 'zod';

/** The pages of a list in the API. A page ends after `limit` members, or before it has too many bytes. */

/** A page ends before it has more bytes than this. One large member is a page of its own. */
const MOST_BYTES = 2_000_000;

/** Returns the query parameters of a list. `readCursor` returns undefined if no page has given the cursor. */
export function listQuery(
  usual: number,
  most: number,
  readCursor: (cursor: string) => string | undefined = readTimeCursor,
) {
  const wholeNumber = { error: `must be a whole number from 1 to ${most}` };
  return z.strictObject({
    limit: z.coerce
      .number(wholeNumber)
      .int(wholeNumber)
      .min(1, wholeNumber)
      .max(most, wholeNumber)
      .default(usual),
    cursor: z
      .string()
      .transform((cursor, context) => {
        if (cursor === '') return undefined;
        const key = readCursor(cursor);
        if (key === undefined)
          context.addIssue({ code: 'custom', message: 'must be the "next" of an earlier answer' });
        return key;
      })
      .optional(),
  });
}

/** A page of a list. `next` is the cursor of the next page. The last page has none. */
export type ListPage<T> = { members: T[]; next: string | undefined };

/**
 * Ends a page before it has too many bytes. `cursorAfter` returns the cursor of the page that begins after a member, and
 * `next` is the cursor if all members fit.
 */
export function fittingPage<T>(
  { members, next }: ListPage<T>,
  cursorAfter: (last: T, index: number) => string,
  mostBytes = MOST_BYTES,
): ListPage<T> {
  let bytes = 0;
  const end = members.findIndex((member, index) => {
    bytes += Buffer.byteLength(JSON.stringify(member)) + 1;
    return index > 0 && bytes > mostBytes;
  });
  const last = members[end - 1];
  return last === undefined
    ? { members, next }
    : { members: members.slice(0, end), next: cursorAfter(last, end - 1) };
}

/** Returns the cursor of the page that begins after a sort key `<time>#<id>`. */
export function timeCursor(sortKey: string): string {
  return Buffer.from(sortKey).toString('base64url');
}

/** Returns the sort key of a cursor, or undefined if `timeCursor` cannot have made the cursor. */
function readTimeCursor(cursor: string): string | undefined {
  const sortKey = Buffer.from(cursor, 'base64url').toString();
  return /^\d{4}-\d\d-\d\dT[\d:.]{12}Z#[\x21-\x7e]{1,128}$/.test(sortKey) ? sortKey : undefined;
}
