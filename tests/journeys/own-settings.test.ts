import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import settings from '../../broadsheet.config.ts';
import { type PublicationSettings, parseSettings } from '../../functions/settings/publication.ts';
import { sampleIn } from '../../functions/settings/sample.ts';
import project from '../../package.json' with { type: 'json' };
import samples from '../../samples/stories.json' with { type: 'json' };
import { cloneWith, OTHER, REPOSITORY } from '../support/clone.ts';
import other from '../support/other-publication.ts';
import { afterLastTest, BY_NPM, dataFolder, get, type Running, start } from '../support/process.ts';

// The tests start processes one after the other, which takes long on a slow machine.
vi.setConfig({ testTimeout: 180_000 });

const { version } = project;

/** Compares what a first start shows with the settings of its publication. */
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

const isSample = settings.idAuthority.startsWith('harbourpost.example');

it.skipIf(!isSample)('every name of the sample is known, so that no real reader gets it', () => {
  const { places, descriptions } = sampleIn(parseSettings(settings));
  // All texts that readers see, apart from the names of the sections, which any publication may have.
  expect([places.length, descriptions.length]).toEqual([24, 8]);
});

/** The tests run in the order in which things happen. Each test needs the tests before it. */
describe('npm start, with the settings of this repository', () => {
  const atEnd = afterLastTest();
  let folder: string;
  let running: Running;
  let sent: Mail[];
  const startByNpm = () =>
    start(folder, { BROADSHEET_SAMPLES: 'on' }, { command: BY_NPM, cwd: REPOSITORY, atEnd });

  it('starts with them, posts the samples and mails a digest through the real client', async () => {
    folder = dataFolder(atEnd);
    running = await startByNpm();
    await expectPublication(running, settings);
    sent = await mailsOf(running);
    const digests = sent.filter(({ headers }) => headers['List-Unsubscribe']);
    expect(digests.map(({ to }) => to).toSorted()).toEqual([
      ['reader-en@example.com'],
      ['reader-es@example.com'],
    ]);
  });

  it('finishes the work that has begun when it is asked to end', async () => {
    running.child.kill('SIGTERM');
    await running.ended;
    expect(running.output()).toMatch(/stopping: finishing the work that has begun\n(?:.*\n)*stopped\n/);
  });

  it('does not repeat the samples and the digest at its next start', async () => {
    running = await startByNpm();
    expect(await mailsOf(running)).toHaveLength(sent.length);
  });

  it('ends the server as well when it is killed', async () => {
    running.child.kill('SIGKILL');
    // The process counts as ended when the server has closed its output, which is the output of npm.
    await running.ended;
    await expect(fetch(running.url)).rejects.toThrow('fetch failed');
  });
});

it('npm start works in a clone with other languages, sections and editions', async () => {
  const clone = cloneWith(OTHER);
  try {
    const running = await start(dataFolder(), { BROADSHEET_SAMPLES: 'on' }, { cwd: clone.folder });
    await expectPublication(running, other);
    expect(running.output()).toContain('"language":"fr","section":"montagne"');
  } finally {
    clone.remove();
  }
});

type Mail = { to: string[]; headers: Record<string, string> };

/** Returns the mails in the mailbox of one machine. */
async function mailsOf({ url }: Running): Promise<Mail[]> {
  const { data } = (await (await fetch(`${url}/mailbox/api/emails`)).json()) as { data: Mail[] };
  return data;
}
