import type { PhraseKey } from '../shared/locale.ts';
import { type PageContext, spokenLanguage } from './page-context.ts';

/** Where a zone is and what its time is called. Cities are as the IANA database spells them: no runtime translates them. */
export type ZoneName = { place: string; time: string };

/** The first part of a zone's id. A newer database may have others, which are then shown as they are. */
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

/** All four hundred take 50 ms, so a language's are kept for the day. */
const kept = new Map<string, { day: string; times: Map<string, string> }>();

/** `America/New_York` → New York, Eastern Time; in the language of the page. `day`: what it is called changes, `2026-12-24`. */
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

/** `America/Argentina/La_Rioja` → `Argentina, La Rioja`. */
function placeOf(zone: string): string {
  return zone
    .slice(zone.indexOf('/') + 1)
    .replaceAll('/', ', ')
    .replaceAll('_', ' ');
}
