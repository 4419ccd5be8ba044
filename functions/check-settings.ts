import { loadConfig } from './config.ts';
import { SettingsError } from './settings.ts';

/** `npm run synth` and `deploy` start with this: a setting that the functions would refuse is not deployed. */
try {
  const { publication } = loadConfig(process.env);
  const editions = publication.editions.map((edition) => edition.id).join(', ') || 'none';
  process.stdout.write(`settings are good: ${publication.languages.join(', ')}; editions: ${editions}\n`);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
