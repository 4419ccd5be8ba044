import type { Config } from '../functions/config.ts';
import { testConfig } from '../tests/support/config.ts';

/** The settings of the benchmark: an edition for each length of list, and so high a rate of requests that none has to wait. */
export const LINK_SECRET = 'link-secret-of-the-benchmark';
export const SLOT = 'benchmark';

export const editionOf = (readers: number) => `readers-${readers}`;

export function digestConfig(sizes: number[], receiver: string): Config {
  const config = testConfig({ BROADSHEET_URL: 'https://paper.example', RESEND_BASE_URL: receiver });
  const { publication } = config;
  const [daily] = publication.editions;
  if (!daily) throw new Error('the settings have no edition');
  const editions = sizes.map((readers) => ({
    ...daily,
    id: editionOf(readers),
    stories: { ...daily.stories, min: 1, max: STORIES },
  }));
  return { ...config, publication: { ...publication, editions, mail: { requestsPerSecond: 1000 } } };
}

/** Stories of each language. They make mails of some 50 KB. */
export const STORIES = 20;
