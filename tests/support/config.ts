import { type Config, loadConfig } from '../../functions/config.ts';
import settings from './publication.ts';

export const VERSION = '9.8.7-tests';

/** Returns the config with the publication of the tests. `env` is the whole environment. */
export function testConfig(env: Record<string, string> = {}): Config {
  return loadConfig(env, settings, VERSION);
}
