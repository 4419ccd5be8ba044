import { fileURLToPath } from 'node:url';
import settings from '../broadsheet.config.ts';
import project from '../package.json' with { type: 'json' };
import { readTemplates } from './adapters/read-templates.ts';
import { loadConfig } from './config.ts';
import { SettingsError } from './settings/publication.ts';
import { missingPhrases } from './shared/locale.ts';

/** `npm run synth` and `deploy` start with this: a setting that the functions would refuse is not deployed. */
try {
  const { publication } = loadConfig(process.env, settings, project.version);
  const editions = publication.editions.map((edition) => edition.id).join(', ') || 'none';
  const templates = readTemplates(fileURLToPath(new URL('../templates', import.meta.url)));
  for (const missing of missingPhrases(templates, publication.languages))
    process.stderr.write(`warning: ${missing}\n`);
  process.stdout.write(`settings are good: ${publication.languages.join(', ')}; editions: ${editions}\n`);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
