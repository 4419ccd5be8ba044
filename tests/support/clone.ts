import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a process or a deployment needs. Packages are found through a link to the ones that are installed. */
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

/** The files with the publication of the tests, and with a second one that has nothing in common with it. */
export const OF_THE_TESTS = 'tests/support/publication.ts';
export const OTHER = 'tests/support/other-publication.ts';

export type Clone = { folder: string; remove(): void };

/**
 * Makes a copy of the repository in which only `broadsheet.config.ts` differs: its settings are those of a file of ours,
 * which is named by its path in the repository. Tests start and bundle this copy, so they run the files that are shipped
 * and yet know the publication.
 */
export function cloneWith(settings: string): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-clone-'));
  for (const name of COPIED) cpSync(join(REPOSITORY, name), join(folder, name), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  const source = JSON.stringify(join(REPOSITORY, settings));
  writeFileSync(join(folder, 'broadsheet.config.ts'), `export { default } from ${source};\n`);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
