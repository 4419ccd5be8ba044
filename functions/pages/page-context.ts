import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Config } from '../config.ts';
import { inLanguage, publicationLanguage } from '../settings/publication.ts';
import { directionOf, longDate, type PhraseKey, type Phrases } from '../shared/locale.ts';

/** What every page is made with. */
export type PageContext = {
  config: Config;
  phrases: Phrases;
  /** Of the reader, one of the publication's; or an article's own. BCP 47. */
  language: string;
};

/** What `hono/html` gives: text that is escaped already, where nothing in it had to be waited for. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/**
 * The language in which the fixed words of the page are: a guest story in Portuguese stands on an English page where
 * there is no Portuguese locale file. A regional form of the same language keeps its own dates.
 */
export function spokenLanguage({ phrases, language }: PageContext): string {
  const spoken = phrases('page.language');
  return baseOf(spoken) === baseOf(language) ? language : spoken;
}

/** ` lang="…" dir="…"` for words that are not in the language of what is around them, else nothing. */
export function inOwnLanguage(language: string, around: string): Html {
  return language === around ? raw('') : html` lang="${language}" dir="${directionOf(language)}"`;
}

/** A text of the settings in the language of the page, or in the nearest one that the publication has. */
export function settingText({ config, language }: PageContext, texts: Record<string, string>): string {
  const { publication } = config;
  return inLanguage(texts, publicationLanguage(language, publication.languages), publication);
}

/** The publication's own time zone is that of its first newsletter. */
export function homeTimeZone({ config }: PageContext): string {
  return config.publication.editions[0]?.timeZone ?? 'UTC';
}

/** A day with its machine-readable form. `iso` is ISO 8601. */
export function day(context: PageContext, iso: string, timeZone = homeTimeZone(context)): Html {
  return html`<time datetime="${iso}">${longDate(iso, spokenLanguage(context), timeZone)}</time>`;
}

/** A day and the time on it, to the second, with the zone whose clocks show it. */
export function moment(context: PageContext, iso: string): Html {
  const format = new Intl.DateTimeFormat(spokenLanguage(context), {
    dateStyle: 'medium',
    timeStyle: 'long',
    timeZone: homeTimeZone(context),
  });
  return html`<time datetime="${iso}">${format.format(new Date(iso))}</time>`;
}

/** `By Ana Ruiz and Li Wei`, each name as `show` has it; nothing where nobody is named. `phrase` has `{names}`. */
export function byline(
  context: PageContext,
  names: string[],
  show: (name: string, index: number) => Html | string,
  phrase: PhraseKey = 'page.byline',
): Html {
  if (names.length === 0) return raw('');
  // Some languages have another "and" before some names, so the list is made of the names themselves.
  const parts = new Intl.ListFormat(spokenLanguage(context)).formatToParts(names);
  let index = 0;
  const list = parts.map(({ type, value }) => (type === 'element' ? show(value, index++) : value));
  const [before, after] = context.phrases(phrase, { names: '\n' }).split('\n');
  return html`<span>${before}${list}${after}</span> `;
}

function baseOf(language: string): string {
  return language.split('-')[0] ?? language;
}
