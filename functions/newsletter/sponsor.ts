import type { EditionSettings } from '../settings.ts';

export type Sponsor = NonNullable<EditionSettings['sponsor']>;

/** The edition's sponsor, if the day of the issue (ISO 8601) is within its time where the edition is at home. */
export function sponsorOn(
  { sponsor, timeZone }: Pick<EditionSettings, 'sponsor' | 'timeZone'>,
  scheduledAt: string,
): Sponsor | undefined {
  if (!sponsor) return undefined;
  // The Canadian way to write a day is that of ISO 8601.
  const day = new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(scheduledAt));
  const { from = day, until = day } = sponsor;
  return from <= day && day <= until ? sponsor : undefined;
}
