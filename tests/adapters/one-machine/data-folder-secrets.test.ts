import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type DataFolder, openDataFolder } from '../../../functions/adapters/one-machine/data-folder.ts';
import { REPOSITORY } from '../../support/clone.ts';

const log = { info: () => {}, warn: () => {}, error: () => {} };

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function open(folder: string): DataFolder {
  const opened = openDataFolder(folder, { url: 'http://localhost:1', log, allowLocalUsers: false });
  onTestFinished(opened.unlock);
  return opened;
}

it('a secret is made once, and only its owner can read it', () => {
  const folder = newFolder();
  const made = open(folder).secret('editor-token', '', 'bs_');
  expect(made).toMatch(/^bs_[\w-]{43}$/);
  expect(open(newFolder()).secret('editor-token', '', 'bs_')).not.toBe(made);
  expect(readFileSync(join(folder, 'editor-token'), 'utf8')).toBe(`${made}\n`);
  expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
});

it.each([
  ['is empty', ''],
  ['is empty', ' \n'],
  ['has 21 characters, and must have at least 32', 'a'.repeat(21)],
  ['has 31 characters, and must have at least 32', `${'a'.repeat(31)}\n`],
  ['has characters that no secret has', '\0'.repeat(44)],
  ['has characters that no secret has', `${'a'.repeat(20)} ${'a'.repeat(22)}\n`],
  ['has characters that no secret has', 'é'.repeat(43)],
])('a secret that %s is refused, and the error names the file and what to do', (fault, content) => {
  const folder = newFolder();
  writeFileSync(join(folder, 'link-secret'), content);
  const opened = open(folder);
  const read = () => opened.secret('link-secret', 'Then links stop working.');
  expect(read).toThrow(`${join(folder, 'link-secret')} ${fault}`);
  expect(read).toThrow('Put the file back from a backup.');
  expect(read).toThrow('delete the file, and the next start makes a new secret. Then links stop working.');
  if (content.trim()) expect(read).not.toThrow(content.trim());
});

it('a file whose writing fails does not exist', () => {
  const folder = newFolder();
  const module = JSON.stringify(join(REPOSITORY, 'functions/adapters/one-machine/data-folder.ts'));
  const script = `import { openDataFolder } from ${module}; openDataFolder(${JSON.stringify(folder)}, { url: 'x', log: {}, allowLocalUsers: false });`;
  // No process of this shell can write a byte to a file.
  const { stderr } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, script],
    { encoding: 'utf8' },
  );
  expect(stderr).toContain('EFBIG');
  expect(readdirSync(folder).filter((name) => !name.startsWith('lock-holder.new'))).toEqual(['lock']);
});
