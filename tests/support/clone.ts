import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** These are the files that a process or a deployment needs. A link leads to the packages that are installed. */
const COPIED = [
  'functions',
  'infra',
  'samples',
  'templates',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
export const REPOSITORY = join(import.meta.dirname, '..', '..');

/** The file with the publication of the tests, and a file with another publication that has nothing in common with it. */
export const OF_THE_TESTS = 'tests/support/publication.ts';
export const OTHER = 'tests/support/other-publication.ts';

export type Clone = { folder: string; remove(): void };

/**
 * Makes a copy of the repository in which only `broadsheet.config.ts` differs. Its settings are those of a file of the tests, which
 * is named by its path in the repository. Tests start and bundle this copy, so they run the files that are shipped and yet know the
 * publication.
 */
export function cloneWith(settings: string): Clone {
  const folder = newFolder();
  for (const name of COPIED) cpSync(join(REPOSITORY, name), join(folder, name), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const source = JSON.stringify(join(REPOSITORY, settings));
  writeFileSync(join(folder, 'broadsheet.config.ts'), `export { default } from ${source};\n`);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Changes some settings of a clone that has the publication of the tests. `change` is the source of an object. */
export function changeSettings(folder: string, change: string): void {
  const source = JSON.stringify(join(REPOSITORY, OF_THE_TESTS));
  writeFileSync(
    join(folder, 'broadsheet.config.ts'),
    `import own from ${source};\nexport default { ...own, ...${change} };\n`,
  );
}

/** Makes a folder that has the first free number. Node finds compiled files by path, so clones keep to a few paths. */
function newFolder(): string {
  for (let number = 0; ; number++) {
    const folder = join(tmpdir(), `broadsheet-clone-${number}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
