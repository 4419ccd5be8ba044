import type { Context } from 'hono';
import Negotiator from 'negotiator';
import type { Config } from '../config.ts';
import { phrasesIn, type Templates } from '../shared/locale.ts';
import type { PageContext } from './page-context.ts';

/**
 * Returns the language for a reader: the one in the address (`/es/…`, even if there is no such page), or else the
 * language of the publication that the browser prefers, or else the publication's first language.
 */
export function readerLanguage({ publication }: Config, request: Context['req']): string {
  const own = publication.languages.find((language) => `${request.path}/`.startsWith(`/${language}/`));
  if (own) return own;
  const accepted = new Negotiator({
    headers: { 'accept-language': request.header('accept-language') ?? '' },
  }).languages(publication.languages);
  return accepted[0] ?? publication.languages[0] ?? 'en';
}

/** Makes the context of a page in the language. */
export function pageContext(
  { config, templates }: { config: Config; templates: Templates },
  language: string,
): PageContext {
  return { config, language, phrases: phrasesIn(templates, language) };
}
