import { localDay } from '../shared/local-time.ts';
import type { EditionSettings, Publication } from './publication.ts';
import { leastMinutesBetween } from './schedule.ts';

/** Returns a line for each setting that is allowed and yet probably a mistake. `now` is in milliseconds since 1970. */
export function doubtfulSettings({ editions }: Publication, now: number): string[] {
  return editions.flatMap((edition) =>
    [sponsorIsOver(edition, now), reviewsOverlap(edition)].flatMap((what) =>
      what === undefined ? [] : [`editions.${edition.id}.${what}`],
    ),
  );
}

function sponsorIsOver({ sponsor, timeZone }: EditionSettings, now: number): string | undefined {
  if (sponsor?.until === undefined || sponsor.until >= localDay(now, timeZone)) return undefined;
  return `sponsor.until: is ${sponsor.until}, a day that is past, so the sponsor is not shown any more`;
}

function reviewsOverlap({ review, cron }: EditionSettings): string | undefined {
  const minutes = leastMinutesBetween(cron);
  if (!review || review.minutesBefore <= minutes) return undefined;
  return `review.minutesBefore: is ${review.minutesBefore}, but two issues may be only ${minutes} minutes apart, so a draft is made before the issue before it is out, and has the same stories`;
}
