/** A fixed phrase of pages and mails. Every locale file has every key; `en.json` is the list of them. */
export type PhraseKey = keyof typeof import('../../templates/locales/en.json');

/** A phrase in one language, with `{name}` replaced by values. Plain text: escape it where it lands. */
export type Phrases = (key: PhraseKey, values?: Record<string, string | number>) => string;

/** What is read from `templates/` at start. */
export type Templates = {
  /** File name without its ending → MJML source. */
  mjml: Record<string, string>;
  /** Language → phrases. */
  locales: Record<string, Record<string, string>>;
};

/** Where a language has no locale file, or a file lacks a phrase, English speaks. */
export function phrasesIn(templates: Templates, language: string): Phrases {
  const { locales } = templates;
  const own = locales[language] ?? locales[language.split('-')[0] ?? ''] ?? {};
  return (key, values = {}) => {
    const phrase = own[key] ?? locales.en?.[key] ?? key;
    return phrase.replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in values ? String(values[name]) : whole,
    );
  };
}

/** A sentence for each language that is not spoken whole: its pages and mails have English in them. */
export function missingWords({ locales }: Templates, languages: string[]): string[] {
  return languages.flatMap((language) => {
    const own = locales[language] ?? locales[language.split('-')[0] ?? ''];
    const file = `templates/locales/${language}.json`;
    if (!own) return [`${file} is not there: pages and mails in "${language}" speak English`];
    const missing = Object.keys(locales.en ?? {}).filter((key) => own[key] === undefined);
    if (missing.length === 0) return [];
    const named = missing.slice(0, 10).join(', ');
    return [
      `${file} lacks phrases that are then English (${missing.length}): ${named}${missing.length > 10 ? ' …' : ''}`,
    ];
  });
}

const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi', 'dv', 'ckb'];

export function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.includes(language.split('-')[0] ?? '') ? 'rtl' : 'ltr';
}

/** A language as it calls itself: `Español`. Its tag may have a private part, which `Intl.DisplayNames` refuses. */
export function languageName(language: string): string {
  const name =
    new Intl.DisplayNames(language, { type: 'language' }).of(new Intl.Locale(language).baseName) ?? language;
  const [first = '', ...rest] = name;
  return first.toLocaleUpperCase(language) + rest.join('');
}

/** `Sunday, 22 November 2026` in the language and zone. `iso` is ISO 8601. */
export function longDate(iso: string, language: string, timeZone: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone }).format(new Date(iso));
}

/** `Sunday, November 22 at 7:30 AM EST` in the language and zone. `iso` is ISO 8601. */
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
