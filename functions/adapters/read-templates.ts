import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Templates, TemplatesError } from '../shared/locale.ts';

/**
 * Reads every MJML file and every locale in `templates/`. A language is added by adding a file to `templates/locales/`.
 */
export function readTemplates(folder: string): Templates {
  const locales = join(folder, 'locales');
  return {
    mjml: Object.fromEntries(filesOf(folder, '.mjml').map(([name, text]) => [name, text])),
    locales: Object.fromEntries(
      filesOf(locales, '.json').map(([name, text]) => [name, phrasesOf(name, text)]),
    ),
  };
}

function phrasesOf(name: string, text: string): Templates['locales'][string] {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TemplatesError(`templates/locales/${name}.json is not JSON: ${(error as Error).message}`);
  }
}

function filesOf(folder: string, ending: string): [name: string, text: string][] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => [file.slice(0, -ending.length), readFileSync(join(folder, file), 'utf8')]);
}
