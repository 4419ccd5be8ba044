import { html, raw } from 'hono/html';
import { DAY_MILLISECONDS } from '../shared/clock.ts';
import type { Fault } from '../shared/refusal.ts';
import { MAX_PAUSE_DAYS } from '../subscribers/preferences.ts';
import { day, type Html, type PageContext } from './page-context.ts';
import { described, ruleOf } from './reader-fields.ts';
import { areaName, zoneName } from './zone-names.ts';

/** The fields that only subscribed readers have: a pause and a time zone. */

/** The pauses that a reader can choose without naming a day. */
export const WEEKS = [1, 2, 4];

/**
 * The field of a pause. It posts `pause` as `no`, as a number of weeks, or as `until`. With `until`, `pausedUntil` is
 * the day. If the form is saved again without a change, the pause stays as it is.
 */
export function pauseField(
  context: PageContext,
  { pausedUntil, pauseFrom }: { pausedUntil?: string | undefined; pauseFrom: string },
  faults: Fault[] = [],
): Html {
  const { phrases } = context;
  const options = [
    option('no', phrases('page.pause.no'), !pausedUntil),
    ...WEEKS.map((weeks) => option(String(weeks), phrases(`page.pause.weeks${weeks as 1 | 2 | 4}`), false)),
    option('until', phrases('page.pause.until'), Boolean(pausedUntil)),
  ];
  const last = new Date(Date.parse(pauseFrom) + (MAX_PAUSE_DAYS - 1) * DAY_MILLISECONDS)
    .toISOString()
    .slice(0, 10);
  return html`<fieldset id="pausedUntil" tabindex="-1"${described('pausedUntil', faults, 'pause-hint')}>
<legend>${phrases('page.field.pause')}</legend>
<p class="soft" id="pause-hint">${pausedUntil ? html`<strong>${phrases('page.pause.paused')} ${day(context, pausedUntil, 'UTC')}.</strong>` : phrases('page.pause.hint')}</p>
${ruleOf(phrases, 'pausedUntil', faults)}
<div class="choices">
<div class="field"><label for="pause">${phrases('page.pause.label')}</label>
<select id="pause" name="pause">${options}</select></div>
<div class="field"><label for="pause-day">${phrases('page.pause.day')}</label>
<input id="pause-day" name="pausedUntil" type="date" min="${pauseFrom}" max="${last}" value="${pausedUntil ?? ''}"></div>
</div>
</fieldset>`;
}

/**
 * The field of a time zone. It offers every zone of the IANA database, grouped by continent. Without a choice, the
 * newsletters' own zone counts. The names of the zones are those that are in use on `day`, such as `2026-12-24`.
 */
export function timeZoneField(
  context: PageContext,
  { timeZone: chosen, day }: { timeZone: string | undefined; day: string },
  own: string,
  faults: Fault[] = [],
): Html {
  const { phrases } = context;
  const zones = [...new Set([...Intl.supportedValuesOf('timeZone'), ...(chosen ? [chosen] : [])])].sort();
  const areas = Map.groupBy(zones, (zone) => (zone.includes('/') ? zone.split('/', 1)[0] : '') ?? '');
  const choice = (zone: string) => {
    const { place, time } = zoneName(context, zone, day);
    return option(zone, `${place} (${time})`, zone === chosen);
  };
  const groups = [...areas].map(
    ([area, names]) => html`<optgroup label="${areaName(context, area)}">${names.map(choice)}</optgroup>`,
  );
  const { place, time } = zoneName(context, own, day);
  const newsroom = phrases('page.field.timeZoneOwn', { zone: `${place}, ${time}` });
  return html`<div class="field">
<label for="timeZone">${phrases('page.field.timeZone')}</label>
<select id="timeZone" name="timeZone"${described('timeZone', faults, 'timeZone-hint')}>${option('', newsroom, !chosen)}${groups}</select>
<p class="soft" id="timeZone-hint">${phrases('page.field.timeZoneHint')}</p>
${ruleOf(phrases, 'timeZone', faults)}
</div>`;
}

function option(value: string, text: string, selected: boolean): Html {
  return html`<option value="${value}"${raw(selected ? ' selected' : '')}>${text}</option>`;
}
