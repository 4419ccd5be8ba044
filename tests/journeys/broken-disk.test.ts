import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { afterLastTest, dataFolder, post, start, useClone } from '../support/process.ts';
import { story } from './killed.ts';

// The tests start processes one after the other, which takes long on a slow machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
useClone();

describe('a start with a damaged database', () => {
  const atEnd = afterLastTest();
  let whole: Buffer;
  beforeAll(async () => {
    const database = join(dataFolder(atEnd), 'whole.db');
    const tables = new DatabaseSync(database);
    tables.exec('CREATE TABLE items (pk, item)');
    const insert = tables.prepare('INSERT INTO items VALUES (?, ?)');
    for (let n = 0; n < 200; n++) insert.run(`key ${n}`, 'x'.repeat(500));
    tables.close();
    whole = readFileSync(database);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['pages that were overwritten', (bytes) => bytes.fill(0xa5, 8192, 40_960)],
    ['a beginning that was overwritten', (bytes) => bytes.fill(0xa5, 0, 100)],
    ['an end that is missing', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['another content', () => Buffer.from('This is a text.\n'.repeat(300))],
  ])('that has %s ends with a sentence that names it', async (_, damage) => {
    const folder = dataFolder();
    writeFileSync(join(folder, 'broadsheet.db'), damage(Buffer.from(whole)));
    const ended = start(folder);
    await expect(ended).rejects.toThrow(
      'ERROR: the database file in the data folder is damaged; put the folder back from a backup (',
    );
    await expect(ended).rejects.not.toThrow(/\n\s+at /);
  });
});

it('a start whose database is gone ends with a sentence that says so, and does not begin with an empty one', async () => {
  const folder = dataFolder();
  const { child, ended } = await start(folder);
  child.kill('SIGINT');
  await ended;
  const gone =
    /ERROR: the database file \S+broadsheet\.db is missing or empty, although this folder had one before\./;
  for (const name of ['broadsheet.db', 'broadsheet.db-wal']) writeFileSync(join(folder, name), '');
  await expect(start(folder)).rejects.toThrow(gone);
  for (const name of readdirSync(folder).filter((each) => each.startsWith('broadsheet.db')))
    rmSync(join(folder, name));
  await expect(start(folder)).rejects.toThrow(gone);
});

/** Only root can make a file system for a test. */
const canMount = process.getuid?.() === 0;

describe.skipIf(!canMount)('on a disk that gets full', () => {
  /** Makes a data folder on a disk of its own. Returns functions that fill it up and make room again. */
  function smallDisk(): { folder: string; fill(): void; makeRoom(): void } {
    const folder = dataFolder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder]);
    if (mounted.status !== 0) throw new Error(String(mounted.stderr));
    onTestFinished(() => void spawnSync('umount', ['-l', folder]));
    const filler = join(folder, 'filler');
    return {
      folder,
      fill() {
        const file = openSync(filler, 'w');
        try {
          for (;;) writeSync(file, Buffer.alloc(4096));
        } catch (error) {
          expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
        } finally {
          closeSync(file);
        }
      },
      makeRoom: () => rmSync(filler),
    };
  }

  it('the process says so, keeps on serving what it has, and takes stories again when there is room', async () => {
    const disk = smallDisk();
    const running = await start(disk.folder);
    expect((await post(`${running.url}/api/articles`, story('before'))).status).toBe(201);
    disk.fill();
    const health = await fetch(`${running.url}/healthz`);
    expect([health.status, await health.text()]).toEqual([
      503,
      expect.stringContaining('not ok: there is no room left on the disk'),
    ]);
    const html = `<p>${'All kinds of words. '.repeat(20)}</p>`;
    const another = (n: number) =>
      post(`${running.url}/api/articles`, { ...story(`more-${n}`), content: { html } });
    let answer = await another(0);
    for (let n = 1; n < 200 && answer.status === 201; n++) answer = await another(n);
    expect([answer.status, await answer.text()]).toEqual([
      503,
      expect.stringContaining('there is no room left'),
    ]);
    expect(await (await fetch(`${running.url}/rss.xml`)).text()).toContain('Story before');
    expect(running.output()).not.toMatch(/stack=/);
    disk.makeRoom();
    expect((await post(`${running.url}/api/articles`, story('after'))).status).toBe(201);
  });

  it('a start ends with a sentence that names it', async () => {
    const disk = smallDisk();
    disk.fill();
    const ended = start(disk.folder);
    await expect(ended).rejects.toThrow('ERROR: there is no room left on the disk of the data folder');
    await expect(ended).rejects.not.toThrow(/\n\s+at /);
  });
});
