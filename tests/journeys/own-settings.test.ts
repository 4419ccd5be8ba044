import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import settings from '../../broadsheet.config.ts';
import { type PublicationSettings, parseSettings } from '../../functions/settings/publication.ts';
import project from '../../package.json' with { type: 'json' };
import samples from '../../samples/stories.json' with { type: 'json' };
import { secretsManager } from '../bundles/fake-aws.ts';
import { type Lambda, request, startLambda } from '../bundles/lambda.ts';
import { functionOf, type Shipped, shipByNpm } from '../bundles/shipped.ts';
import { FUNCTIONS, type FunctionId } from '../infra/policy.ts';
import { cloneWith, OTHER, REPOSITORY } from '../support/clone.ts';
import other from '../support/other-publication.ts';
import { BY_NPM, dataFolder, get, type Running, start } from '../support/process.ts';

// Each starts processes, one after the other, on whatever machine this is.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { version } = project;

/** Compares what a first start shows with the settings that it was started with. */
async function expectPublication({ url, output }: Running, input: PublicationSettings): Promise<void> {
  const publication = parseSettings(input);
  expect(
    output()
      .split('\n')
      .find((line) => line.startsWith('Broadsheet')),
  ).toBe(`Broadsheet ${version} starts`);
  expect(await (await fetch(`${url}/healthz`)).text()).toBe(`ok ${version}\n`);
  for (const language of publication.languages) {
    const feed = (await (await fetch(`${url}/${language}/feed.json`)).json()) as { title: string };
    expect(feed.title).toContain(publication.name[language]);
  }
  for (const { slug } of publication.sections)
    expect([slug, (await fetch(`${url}/sections/${slug}/rss.xml`)).status]).toEqual([slug, 200]);
  const { editions } = (await (await get(`${url}/api/editions`)).json()) as { editions: { id: string }[] };
  expect(editions.map(({ id }) => id)).toEqual(publication.editions.map(({ id }) => id));
  const spoken = publication.languages.map((language) => language.split('-')[0]);
  const posted = samples.filter(({ language }) => spoken.includes(language)).length;
  expect(output()).toContain(`posted ${posted} sample stories\n`);
  const leftOut = `left out ${samples.length - posted} sample stories, because`;
  expect(output().includes(leftOut)).toBe(posted < samples.length);
}

it('the changelog has an entry for the version in package.json', () => {
  expect(readFileSync(join(REPOSITORY, 'CHANGELOG.md'), 'utf8')).toMatch(`\n## [${version}] - `);
});

it('npm start comes up with the settings of this repository', async () => {
  const running = await start(
    dataFolder(),
    { BROADSHEET_SAMPLES: 'on' },
    { command: BY_NPM, cwd: REPOSITORY },
  );
  await expectPublication(running, settings);
});

it('npm start comes up in a clone with other languages, sections and editions', async () => {
  const clone = cloneWith(OTHER);
  try {
    const running = await start(dataFolder(), { BROADSHEET_SAMPLES: 'on' }, { cwd: clone.folder });
    await expectPublication(running, other);
    expect(running.output()).toContain('"language":"fr","section":"montagne"');
  } finally {
    clone.remove();
  }
});

describe('npm run synth, with the settings of this repository', () => {
  const SECRET_ARN = 'https://secret.example/';
  let shipped: Shipped;
  beforeAll(async () => {
    shipped = await shipByNpm();
  });
  afterAll(() => shipped && rmSync(shipped.folder, { recursive: true, force: true }));

  /** Starts a function with the variables of its template. Of AWS it finds nothing but its secret. */
  async function withFunction(id: FunctionId, use: (lambda: Lambda) => Promise<void>): Promise<void> {
    const secrets = await secretsManager(SECRET_ARN, { linkSecret: 'a'.repeat(64), resendApiKey: 're_any' });
    const names = Object.keys(functionOf(shipped, id).properties.Environment.Variables);
    const values = Object.fromEntries(names.map((name) => [name, SECRET_ARN]));
    const lambda = await startLambda(shipped, id, values, { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url });
    await use(lambda).finally(async () => {
      lambda.stop();
      await secrets.stop();
    });
  }

  it.each(FUNCTIONS)('the bundle of %s has the settings, starts, and logs its version', async (id) => {
    const { code } = functionOf(shipped, id);
    expect(readFileSync(join(code, 'index.mjs'), 'utf8')).toContain(settings.idAuthority);
    await withFunction(id, async (lambda) => {
      const first = () => JSON.parse(lambda.lines()[0] ?? '{}');
      await expect.poll(first).toEqual({ level: 'info', message: 'Broadsheet starts', version });
      if (id !== 'Public') return;
      const { status, bytes } = await request(lambda, 'GET', '/healthz');
      expect([status, bytes.toString()]).toEqual([200, `ok ${version}\n`]);
    });
  });
});
