/** The fixed phrases of pages and mails in each language, and how languages write their own names, days and times. */

/**
 * The key of a fixed phrase of pages and mails. `en.json` has every key, and other locale files should have them all.
 */
export type PhraseKey = keyof typeof import('../../templates/locales/en.json');

/**
 * Returns a phrase in one language, with `{name}` replaced by the value of that name. It is plain text and not escaped.
 */
export type Phrases = (key: PhraseKey, values?: Record<string, string | number>) => string;

/** What a process reads from `templates/` at start. */
export type Templates = {
  /** The MJML sources, by the name of their file without its ending. */
  mjml: Record<string, string>;
  /** The phrases of each language, by the language's tag. */
  locales: Record<string, Record<string, string>>;
};

/**
 * Returns the phrases of a language. A phrase is in English if the language has no locale file or its file lacks it.
 */
export function phrasesIn(templates: Templates, language: string): Phrases {
  const { locales } = templates;
  const own = ownPhrases(templates, language) ?? {};
  return (key, values = {}) => {
    const phrase = own[key] ?? locales.en?.[key] ?? key;
    return phrase.replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in values ? String(values[name]) : whole,
    );
  };
}

/** A file in `templates/` cannot be used. The message names the file. */
export class TemplatesError extends Error {
  override name = 'TemplatesError';
}

/**
 * Returns a sentence for each of the languages that lacks phrases, so that an operator knows where English is shown.
 */
export function missingPhrases(templates: Templates, languages: string[]): string[] {
  return languages.flatMap((language) => {
    const own = ownPhrases(templates, language);
    const file = `templates/locales/${language}.json`;
    if (!own) return [`${file} does not exist; pages and mails in "${language}" have English phrases`];
    const missing = Object.keys(templates.locales.en ?? {}).filter((key) => own[key] === undefined);
    if (missing.length === 0) return [];
    const named = missing.slice(0, 10).join(', ');
    return [
      `${file} lacks phrases, which are shown in English (${missing.length}): ${named}${missing.length > 10 ? ' …' : ''}`,
    ];
  });
}

/**
 * Returns the phrases of a language. A language without a locale file has the phrases of the bare language: `es` for
 * `es-MX`.
 */
function ownPhrases({ locales }: Templates, language: string): Record<string, string> | undefined {
  return locales[language] ?? locales[language.split('-')[0] ?? ''];
}

const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi', 'dv', 'ckb'];

export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

/** Returns the name of a language in the language itself, with a capital: `Español`. */
export function languageName(language: string): string {
  // `baseName` leaves out a private part of the tag (`es-x-…`), which `Intl.DisplayNames` refuses.
  const name =
    new Intl.DisplayNames(language, { type: 'language' }).of(new Intl.Locale(language).baseName) ?? language;
  const [first = '', ...rest] = name;
  return first.toLocaleUpperCase(language) + rest.join('');
}

/** Returns a day in words, such as `Sunday, 22 November 2026`, in the language and the time zone. `iso` is ISO 8601. */
export function longDate(iso: string, language: string, timeZone: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone }).format(new Date(iso));
}

/**
 * Returns a day and a time in words, such as `Sunday, November 22 at 7:30 AM EST`, in the language and the time zone.
 */
export function dayAndTime(iso: string, language: string, timeZone: string): string {
  return new Intl.DateTimeFormat(language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(new Date(iso));
}
