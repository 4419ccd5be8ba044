import type { FrozenIssue } from '../newsletter/issue.ts';
import { instantOf, parseTimeZone } from '../shared/local-time.ts';
import type { Member } from '../subscribers/subscriber.ts';

/**
 * When each member is to get an issue by their own clock; undefined: at once, also where that hour is past. One who
 * named no zone, or one that nobody knows, goes by the edition's.
 */
export function readerHours(
  { readerHour }: FrozenIssue,
  now: number,
): (member: Pick<Member, 'timeZone'>) => number | undefined {
  if (!readerHour) return () => undefined;
  const { localTime, timeZone: ofEdition } = readerHour;
  const known = new Map<string, number | undefined>();
  return ({ timeZone = ofEdition }) => {
    if (!known.has(timeZone)) {
      const zone = [timeZone, ofEdition].find(parseTimeZone);
      const due = zone === undefined ? now : instantOf(localTime, zone);
      known.set(timeZone, due > now ? due : undefined);
    }
    return known.get(timeZone);
  };
}
