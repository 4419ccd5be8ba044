import { html, raw } from 'hono/html';
import { languageName, type PhraseKey } from '../shared/locale.ts';
import type { Fault } from '../shared/refusal.ts';
import { parseReaderAddress } from '../subscribers/email-address.ts';
import { type Html, type PageContext, settingText } from './page-context.ts';

/** The fields of the forms for readers, and the faults that are shown beside them. */

export type Field = 'email' | 'language' | 'editions' | 'topics' | 'timeZone' | 'pausedUntil';

/** What a person reads about a fault. The details of faults are for programs and in English, so they are not shown. */
const RULES: Record<Field, PhraseKey> = {
  email: 'page.fault.email',
  language: 'page.fault.language',
  editions: 'page.fault.editions',
  topics: 'page.fault.topics',
  timeZone: 'page.fault.timeZone',
  pausedUntil: 'page.fault.pausedUntil',
};
const FIELDS: Field[] = ['email', 'language', 'editions', 'topics'];

/**
 * Lists the faults above the form, with a link to each field that is wrong. `fields` are the fields of the form in
 * their order, and `email` is the address as it was typed.
 */
export function faultSummary(
  { config, phrases }: PageContext,
  faults: Fault[] = [],
  fields = FIELDS,
  email = '',
): Html {
  if (faults.length === 0) return raw('');
  const shown =
    config.publication.sections.length > 0 ? fields : fields.filter((field) => field !== 'topics');
  const wrong = shown.filter((field) => isWrong(field, faults));
  const rule = (field: Field) => phrases(field === 'email' ? emailRule(email, RULES.email) : RULES[field]);
  const items = wrong.map((field) => html`<li><a href="#${field}">${rule(field)}</a></li>`);
  const elsewhere = faults.some((fault) => !shown.some((field) => isWrong(field, [fault])));
  return html`<div class="faults" role="alert">
<p><strong>${phrases('page.fault.title')}</strong></p>
<ul>${items}${elsewhere && html`<li>${phrases('page.fault.other')}</li>`}</ul>
</div>`;
}

/**
 * The field of an address. `value` may be any text, and is shown again as it was typed. If a page has two such fields,
 * the second one needs its own `id`. With `autofocus` the page opens at a field that is wrong, for a form without a
 * list of faults above it.
 */
export function emailField(
  { phrases }: PageContext,
  value: string | undefined,
  faults: Fault[] = [],
  {
    id = 'email',
    label = phrases('page.field.email'),
    otherwise = 'page.fault.email',
    autofocus = false,
  }: { id?: string; label?: string; otherwise?: PhraseKey; autofocus?: boolean } = {},
): Html {
  const wrong = isWrong('email', faults);
  return html`<div class="field">
<label for="${id}">${label}</label>
<input id="${id}" name="email" type="email" autocomplete="email" maxlength="254" required value="${value ?? ''}"${wrong && html` aria-invalid="true" aria-describedby="${id}-fault"`}${raw(wrong && autofocus ? ' autofocus' : '')}>
${wrong && html`<p class="fault" id="${id}-fault">${phrases(emailRule(value ?? '', otherwise))}</p>`}
</div>`;
}

/**
 * Returns the phrase that says what is wrong with an address as it was typed. Returns `otherwise` if the fault is not
 * in the address itself.
 */
function emailRule(typed: string, otherwise: PhraseKey): PhraseKey {
  const read = parseReaderAddress(typed);
  return read.ok || read.fault === 'missing' ? otherwise : `page.fault.email.${read.fault}`;
}

export function languageField(
  { config, phrases, language }: PageContext,
  value: string | undefined,
  faults: Fault[] = [],
): Html {
  const { languages } = config.publication;
  const chosen = value && languages.includes(value) ? value : language;
  const options = languages.map(
    (each) =>
      html`<option value="${each}" lang="${each}"${raw(each === chosen ? ' selected' : '')}>${languageName(each)}</option>`,
  );
  return html`<div class="field">
<label for="language">${phrases('page.field.language')}</label>
<select id="language" name="language"${described('language', faults)}>${options}</select>
${ruleOf(phrases, 'language', faults)}
</div>`;
}

export function editionsField(
  context: PageContext,
  chosen: string[],
  faults: Fault[] = [],
  hint?: string,
): Html {
  const { config, phrases } = context;
  const boxes = config.publication.editions.map((edition) =>
    checkbox({
      name: 'editions[]',
      value: edition.id,
      checked: chosen.includes(edition.id),
      text: html`<span><strong>${settingText(context, edition.name)}</strong><br><span class="soft">${settingText(context, edition.description)}</span></span>`,
    }),
  );
  return html`<fieldset id="editions" tabindex="-1"${described('editions', faults, hint && 'editions-hint')}>
<legend>${phrases('page.field.editions')}</legend>
${hint && html`<p class="soft" id="editions-hint">${hint}</p>`}
${ruleOf(phrases, 'editions', faults)}
${boxes}
</fieldset>`;
}

/** The field of the topics. It is left out if the publication has no sections. */
export function topicsField(context: PageContext, chosen: string[], faults: Fault[] = []): Html {
  const { config, phrases } = context;
  const { sections } = config.publication;
  if (sections.length === 0) return raw('');
  const boxes = sections.map(({ slug, name }) =>
    checkbox({
      name: 'topics[]',
      value: slug,
      checked: chosen.includes(slug),
      text: html`<span>${settingText(context, name)}</span>`,
    }),
  );
  return html`<fieldset id="topics" tabindex="-1"${described('topics', faults, 'topics-hint')}>
<legend>${phrases('page.field.topics')}</legend>
<p class="soft" id="topics-hint">${phrases('page.field.topicsHint')}</p>
${ruleOf(phrases, 'topics', faults)}
<div class="choices">${boxes}</div>
</fieldset>`;
}

function checkbox({
  name,
  value,
  checked,
  text,
}: {
  name: string;
  value: string;
  checked: boolean;
  text: Html;
}): Html {
  return html`<label class="check"><input type="checkbox" name="${name}" value="${value}"${raw(checked ? ' checked' : '')}>${text}</label>
`;
}

/**
 * Returns the attributes that tell a screen reader about a field's hint and fault. A fieldset is a group, which must
 * not have `aria-invalid` (WAI-ARIA 1.2, section 6.6), so only its description names the fault.
 */
export function described(field: Field, faults: Fault[], hint = ''): Html {
  const wrong = isWrong(field, faults);
  const ids = [hint, wrong ? `${field}-fault` : ''].filter(Boolean).join(' ');
  const invalid = wrong && (field === 'language' || field === 'timeZone') ? ' aria-invalid="true"' : '';
  return html`${raw(invalid)}${ids && html` aria-describedby="${ids}"`}`;
}

/** Shows the rule of a field if the field is wrong. */
export function ruleOf(phrases: PageContext['phrases'], field: Field, faults: Fault[]): Html {
  return isWrong(field, faults)
    ? html`<p class="fault" id="${field}-fault">${phrases(RULES[field])}</p>`
    : raw('');
}

/** Checks whether a fault points (RFC 6901) to the field or to one of its members. */
function isWrong(field: Field, faults: Fault[]): boolean {
  return faults.some(({ pointer }) => pointer.split('/')[1]?.replace('[]', '') === field);
}
