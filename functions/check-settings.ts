import { fileURLToPath } from 'node:url';
import settings from '../broadsheet.config.ts';
import { readTemplates } from './adapters/read-templates.ts';
import { templateFault } from './mails/check-templates.ts';
import { doubtfulSettings } from './settings/doubtful.ts';
import { parseSettings, SettingsError } from './settings/publication.ts';
import { inWords, refuseSample, sampleIn } from './settings/sample.ts';
import { missingPhrases, TemplatesError } from './shared/locale.ts';

/**
 * `npm run synth` and `npm run deploy` run this first, so that no setting is deployed that the functions would refuse.
 * With `--deploy`, settings of the sample are refused too, because a deployment has real readers.
 */
const warn = (line: string) => void process.stderr.write(`warning: ${line}\n`);
try {
  const publication = parseSettings(settings);
  const editions = publication.editions.map((edition) => edition.id).join(', ') || 'none';
  const templates = readTemplates(fileURLToPath(new URL('../templates', import.meta.url)));
  const fault = await templateFault(publication, templates);
  if (fault) throw new TemplatesError(fault);
  for (const missing of missingPhrases(templates, publication.languages)) warn(missing);
  const { places, descriptions } = sampleIn(publication);
  if (process.argv.includes('--deploy')) refuseSample(publication, 'a deployment has real readers');
  for (const line of doubtfulSettings(publication, Date.now())) warn(line);
  for (const place of [...places, ...descriptions]) warn(inWords(place));
  const languages = publication.languages.join(', ');
  process.stdout.write(`the settings are valid; languages: ${languages}; editions: ${editions}\n`);
} catch (error) {
  if (!(error instanceof SettingsError || error instanceof TemplatesError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
