import type { Context } from 'hono';
import Negotiator from 'negotiator';
import type { Config } from '../config.ts';
import { phrasesIn, type Templates } from '../shared/locale.ts';
import type { PageContext } from './page-context.ts';

/**
 * The language that the address names, `/es/…`, also where there is no such page; else of the publication's languages the
 * one that the browser asks for first, else the publication's first.
 */
export function readerLanguage({ publication }: Config, request: Context['req']): string {
  const own = publication.languages.find((language) => `${request.path}/`.startsWith(`/${language}/`));
  if (own) return own;
  const accepted = new Negotiator({
    headers: { 'accept-language': request.header('accept-language') ?? '' },
  }).languages(publication.languages);
  return accepted[0] ?? publication.languages[0] ?? 'en';
}

export function pageContext(
  { config, templates }: { config: Config; templates: Templates },
  language: string,
): PageContext {
  return { config, language, phrases: phrasesIn(templates, language) };
}
