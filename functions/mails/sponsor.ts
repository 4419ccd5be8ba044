import type { EditionSettings } from '../settings/publication.ts';
import { localDay } from '../shared/local-time.ts';

export type Sponsor = NonNullable<EditionSettings['sponsor']>;

/** The edition's sponsor, if the day of the issue (ISO 8601) is within its time where the edition is at home. */
export function sponsorOn(
  { sponsor, timeZone }: Pick<EditionSettings, 'sponsor' | 'timeZone'>,
  scheduledAt: string,
): Sponsor | undefined {
  if (!sponsor) return undefined;
  const day = localDay(Date.parse(scheduledAt), timeZone);
  const { from = day, until = day } = sponsor;
  return from <= day && day <= until ? sponsor : undefined;
}
