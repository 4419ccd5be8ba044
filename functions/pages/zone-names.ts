import type { PhraseKey } from '../shared/locale.ts';
import { type PageContext, spokenLanguage } from './page-context.ts';

/**
 * The place of a time zone and the name of its time. The place is spelled as in the IANA database, because no runtime
 * translates the names of cities.
 */
export type ZoneName = { place: string; time: string };

/**
 * Phrases for the first part of a zone's id. A newer database may have other first parts, which are shown as they are.
 */
const AREAS: Record<string, PhraseKey> = {
  Africa: 'page.zone.africa',
  America: 'page.zone.america',
  Antarctica: 'page.zone.antarctica',
  Arctic: 'page.zone.arctic',
  Asia: 'page.zone.asia',
  Atlantic: 'page.zone.atlantic',
  Australia: 'page.zone.australia',
  Europe: 'page.zone.europe',
  Indian: 'page.zone.indian',
  Pacific: 'page.zone.pacific',
};

export function areaName({ phrases }: PageContext, area: string): string {
  const key = AREAS[area];
  return key ? phrases(key) : area || 'UTC';
}

/** The names of the zones in a language. They are kept for a day, because making all four hundred takes 50 ms. */
const kept = new Map<string, { day: string; times: Map<string, string> }>();

/**
 * Returns the name of a zone in the language of the page. `America/New_York` gives New York and Eastern Time. `day`,
 * such as `2026-12-24`, is the day for which the name of the time is asked, because such names change.
 */
export function zoneName(context: PageContext, zone: string, day: string): ZoneName {
  const language = spokenLanguage(context);
  const ofDay = kept.get(language);
  const times = ofDay?.day === day ? ofDay.times : new Map<string, string>();
  if (times !== ofDay?.times) kept.set(language, { day, times });
  const time = times.get(zone) ?? timeName(zone, language, day);
  times.set(zone, time);
  return { place: placeOf(zone), time };
}

function timeName(timeZone: string, language: string, day: string): string {
  const format = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'longGeneric' });
  const parts = format.formatToParts(Date.parse(day));
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

/** Returns the place of a zone. `America/Argentina/La_Rioja` gives `Argentina, La Rioja`. */
function placeOf(zone: string): string {
  return zone
    .slice(zone.indexOf('/') + 1)
    .replaceAll('/', ', ')
    .replaceAll('_', ' ');
}
