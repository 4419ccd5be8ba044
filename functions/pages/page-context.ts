import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Config } from '../config.ts';
import { editionOf, inLanguage, publicationLanguage } from '../settings/publication.ts';
import { directionOf, longDate, type PhraseKey, type Phrases } from '../shared/locale.ts';

/** What every page needs besides its own data. */
export type PageContext = {
  config: Config;
  phrases: Phrases;
  /** The language of the page (BCP 47): one of the publication's languages, or the language of a story. */
  language: string;
};

/**
 * What `hono/html` returns: text that is escaped already. The value is a promise if a part of the text has to be waited
 * for.
 */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** How many characters of a headline or a subject a list shows. */
export const MAX_HEADLINE = 160;

/**
 * Returns the language of the fixed words on the page. If there is no locale file for the language of a story, the
 * words are in another language, such as English around a story in Portuguese. If the story is in a regional form of
 * the language of these words, the result is that form, so that dates are written as in that region.
 */
export function spokenLanguage({ phrases, language }: PageContext): string {
  const spoken = phrases('page.language');
  return baseOf(spoken) === baseOf(language) ? language : spoken;
}

/** Returns ` lang="…" dir="…"` for words in another language than the text around them, and otherwise nothing. */
export function inOwnLanguage(language: string, around: string): Html {
  return language === around ? raw('') : html` lang="${language}" dir="${directionOf(language)}"`;
}

/** Returns a text of the settings in the language of the page, or in the nearest language that the publication has. */
export function settingText({ config, language }: PageContext, texts: Record<string, string>): string {
  const { publication } = config;
  return inLanguage(texts, publicationLanguage(language, publication.languages), publication);
}

/** Returns the name of an edition, or its id if the settings do not have the edition any more. */
export function editionName(context: PageContext, id: string): string {
  const edition = editionOf(context.config.publication, id);
  return edition ? settingText(context, edition.name) : id;
}

/** Returns the publication's own time zone, which is the one of its first edition. */
export function homeTimeZone({ config }: PageContext): string {
  return config.publication.editions[0]?.timeZone ?? 'UTC';
}

/** Shows a day, with its machine-readable form. `iso` is a time in ISO 8601. */
export function day(context: PageContext, iso: string, timeZone = homeTimeZone(context)): Html {
  return html`<time datetime="${iso}">${longDate(iso, spokenLanguage(context), timeZone)}</time>`;
}

/** Shows a day and a time to the second, with the name of the time zone. */
export function moment(context: PageContext, iso: string): Html {
  const format = new Intl.DateTimeFormat(spokenLanguage(context), {
    dateStyle: 'medium',
    timeStyle: 'long',
    timeZone: homeTimeZone(context),
  });
  return html`<time datetime="${iso}">${format.format(new Date(iso))}</time>`;
}

/**
 * Shows names in a phrase, such as `By Ana Ruiz and Li Wei`. `show` makes the HTML of each name, and the phrase must
 * have `{names}`. Without names it shows nothing.
 */
export function byline(
  context: PageContext,
  names: string[],
  show: (name: string, index: number) => Html | string,
  phrase: PhraseKey = 'page.byline',
): Html {
  if (names.length === 0) return raw('');
  // The list is formatted with the names themselves, because in some languages the "and" depends on the name after it.
  const parts = new Intl.ListFormat(spokenLanguage(context)).formatToParts(names);
  let index = 0;
  const list = parts.map(({ type, value }) => (type === 'element' ? show(value, index++) : value));
  const [before, after] = context.phrases(phrase, { names: '\n' }).split('\n');
  return html`<span>${before}${list}${after}</span> `;
}

function baseOf(language: string): string {
  return language.split('-')[0] ?? language;
}
