import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from '../../../functions/adapters/one-machine/data-folder.ts';

/** What other users of the machine may do in the data folder. */

type Files = Record<string, number>;

/** Makes a folder with these files and modes. */
function folderWith(mode: number, files: Files = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, mode] of Object.entries(files)) {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), mode);
  }
  chmodSync(folder, mode);
  return folder;
}

function opened(folder: string, { allowLocalUsers = false } = {}): string[] {
  const said: string[] = [];
  const log = { info: () => {}, warn: (line: string) => said.push(line), error: () => {} };
  const { unlock, secret } = openDataFolder(folder, { url: 'http://localhost:1', log, allowLocalUsers });
  onTestFinished(unlock);
  secret('link-secret', 'Nothing works then.');
  return said;
}

const modes = (folder: string, ...names: string[]) =>
  names.map((name) => (statSync(join(folder, name)).mode & 0o7777).toString(8));

test('a new data folder and the files in it are closed to other users, and nothing is said', () => {
  const folder = join(folderWith(0o755), 'of', 'broadsheet');
  expect(opened(folder)).toEqual([]);
  expect(modes(folder, '.', 'lock', 'lock-holder', 'link-secret')).toEqual(['700', '600', '600', '600']);
});

test('a data folder that others could open is closed with all its files, and the log says so once', () => {
  const files = { 'broadsheet.db': 0o644, 'broadsheet.db-wal': 0o664, 'editor-token': 0o604, lock: 0o644 };
  const folder = folderWith(0o775, files);
  mkdirSync(join(folder, 'lost+found'));
  expect(opened(folder)).toEqual([
    `other users of this machine could open the data folder ${folder}; what is ours in it is closed now`,
  ]);
  expect(modes(folder, '.', ...Object.keys(files))).toEqual(['700', '600', '600', '600', '600']);
});

test('a file where the folder should be, and a folder where a secret should be, are named with what to do', () => {
  const folder = folderWith(0o700, { file: 0o600 });
  expect(() => opened(join(folder, 'file'))).toThrow(
    /^\S+file cannot be used \(EEXIST.+\)\. BROADSHEET_DATA must name a folder that this user may read and write\.$/,
  );
  mkdirSync(join(folder, 'link-secret'));
  expect(() => opened(folder)).toThrow(/^\S+link-secret cannot be used \(EISDIR/);
});

test('files that others could read in a closed folder are closed too, and nothing is said, because nobody could', () => {
  const folder = folderWith(0o700, { 'broadsheet.db': 0o644 });
  expect(opened(folder)).toEqual([]);
  expect(modes(folder, 'broadsheet.db')).toEqual(['600']);
});

test('a folder that holds other files keeps its mode, and so do these files and links', () => {
  const folder = folderWith(0o755, { 'broadsheet.db': 0o644, 'notes.txt': 0o644 });
  symlinkSync(join(folder, 'notes.txt'), join(folder, 'editor-token'));
  expect(opened(folder)).toEqual([
    `other users of this machine could open the data folder ${folder}; what is ours in it is closed now`,
  ]);
  expect(modes(folder, '.', 'broadsheet.db', 'notes.txt', 'lock')).toEqual(['755', '600', '644', '600']);
});

test('a folder of others in which everybody may write is refused, or warned of if the other users are allowed', () => {
  const folder = folderWith(0o1777, { 'notes.txt': 0o644 });
  const fault = `other users of this machine can put other files into the data folder ${folder} (its mode is left alone, because it also holds "notes.txt")`;
  expect(() => opened(folder)).toThrow(
    `${fault}; set BROADSHEET_DATA to a folder of its own, such as ${folder}/broadsheet, or set BROADSHEET_ALLOW_LOCAL_USERS=on`,
  );
  expect(opened(folder, { allowLocalUsers: true })).toEqual([fault]);
  expect(modes(folder, '.')).toEqual(['1777']);
});
