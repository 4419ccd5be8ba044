import { html } from 'hono/html';
import type { Fault } from '../shared/refusal.ts';
import type { Suppression } from '../subscribers/subscriber.ts';
import { linkPage } from './link-pages.ts';
import { type Html, homeTimeZone, type PageContext } from './page-context.ts';
import { pauseField, timeZoneField } from './preference-fields.ts';
import {
  editionsField,
  emailField,
  type Field,
  faultSummary,
  languageField,
  topicsField,
} from './reader-fields.ts';
import { suppressionNotice } from './suppression-notice.ts';

export type ManageData = {
  email: string;
  language: string;
  editions: string[];
  topics: string[];
  timeZone?: string | undefined;
  /** Why nothing is mailed to the address. Undefined if it is mailed. */
  suppression?: Suppression | undefined;
  /** The day on which mails come again, such as `2026-12-24`. Undefined if there is no pause. */
  pausedUntil?: string | undefined;
  /** The first day on which a pause may end, such as `2026-12-24`. */
  pauseFrom: string;
  faults?: Fault[] | undefined;
  /** What was typed into the form for a new address, and what is wrong with it. */
  newAddress?: { email: string; faults: Fault[] } | undefined;
  /** What has just been done. The page says so. */
  said?: 'saved' | 'addressAsked' | undefined;
  /** The addresses to which the two forms post, and those of the links. */
  action: string;
  changeAddress: string;
  download: string;
  erase: string;
};

/**
 * The page of a reader's preferences. The first form posts `language`, `editions[]`, `topics[]`, `pause`, `pausedUntil`
 * and, if an edition has `readerHour`, `timeZone`. A reader who ticks no edition leaves them all. The second form posts
 * `email`.
 */
export function managePage(context: PageContext, data: ManageData): Html {
  const { phrases, config } = context;
  const { faults, said, newAddress } = data;
  const hasZones = config.publication.editions.some(({ readerHour }) => readerHour);
  const fields: Field[] = ['editions', 'topics', 'language', 'timeZone', 'pausedUntil'];
  return linkPage(
    context,
    phrases('page.manage.title'),
    html`<p class="dek">${phrases('page.manage.text')} <strong class="address" dir="ltr">${data.email}</strong></p>
${data.suppression && suppressionNotice(context, data.suppression, data.editions)}
${said && html`<p class="said" role="status">${phrases(`page.manage.${said}`)}</p>`}
<form action="${data.action}" method="post" novalidate>
${faultSummary(
  context,
  faults,
  fields.filter((field) => field !== 'timeZone' || hasZones),
)}
${editionsField(context, data.editions, faults, phrases('page.manage.none'))}
${topicsField(context, data.topics, faults)}
${languageField(context, data.language, faults)}
${hasZones && timeZoneField(context, { timeZone: data.timeZone, day: data.pauseFrom }, homeTimeZone(context), faults)}
${pauseField(context, data, faults)}
<p><button>${phrases('page.manage.button')}</button></p>
</form>
<section class="apart" aria-labelledby="address">
<h2 id="address">${phrases('page.manage.address')}</h2>
<p>${phrases('page.manage.addressText')}</p>
<form action="${data.changeAddress}" method="post" novalidate>
${emailField(context, newAddress?.email, newAddress?.faults, {
  label: phrases('page.field.newEmail'),
  autofocus: true,
  otherwise: newAddress?.email ? 'page.fault.email.same' : 'page.fault.email',
})}
<p><button class="second">${phrases('page.manage.addressButton')}</button></p>
</form>
</section>
<section class="apart" aria-labelledby="data">
<h2 id="data">${phrases('page.manage.data')}</h2>
<p><a class="button" href="${data.download}" download>${phrases('page.manage.download')}</a></p>
<p>${phrases('page.manage.eraseText')}</p>
<p><a class="button" href="${data.erase}">${phrases('page.manage.erase')}</a></p>
</section>`,
  );
}
