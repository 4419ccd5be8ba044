import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { databaseFile } from '../../../functions/adapters/one-machine/database-file.ts';
import { startDynoxide } from '../../../functions/adapters/one-machine/dynoxide.ts';
import { requestGate } from '../../../functions/adapters/one-machine/request-gate.ts';
import { erase } from '../../subscribers/killed-erasure.ts';
import { addReader } from '../../subscribers/reader.ts';
import { openTestTable } from '../../support/database.ts';
import { START, setUp } from '../../support/installation.ts';
import { postStory, sendNow } from '../../support/newsroom.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;

/** An installation on a database file of its own, as on one machine. */
async function onFile() {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'broadsheet.db');
  const time = { now: START };
  const lines: string[] = [];
  const say = (message: string) => void lines.push(message);
  const file = databaseFile({
    path,
    clock: () => time.now,
    log: { info: say, warn: say, error: say },
  });
  const dead: string[] = [];
  const database = await startDynoxide({
    file: path,
    reachableBy: 'everybody',
    onDead: (reason) => dead.push(reason),
    onRestart: (reason) => dead.push(reason),
  });
  onTestFinished(() => database.stop());
  const table = await openTestTable(undefined, database.endpoint);
  const gate = requestGate(table.client);
  const world = await setUp({ table, time, onDeletion: file.note });
  return {
    world,
    path,
    folder,
    lines,
    dead,
    database,
    file,
    rewriteIfDue: () => file.rewriteIfDue(database, gate),
    /** Returns which of these texts the files of the folder contain. */
    found: (texts: string[]) => {
      const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
      return texts.filter((text) => bytes.some((each) => each.includes(text)));
    },
    inode: () => `${statSync(path).mtimeMs} ${statSync(path).size}`,
  };
}

const addresses = (count: number, name = 'reader') =>
  Array.from({ length: count }, (_, index) => `${name}-${index}-of-many@reader.example`);

it('after fifty erasures and a tick, the files have none of the addresses, and all that is left works as before', async () => {
  const { world, rewriteIfDue, found, dead } = await onFile();
  const gone = addresses(50);
  const staying = addresses(5, 'staying');
  const links = await Promise.all(gone.map((email) => addReader(world, email, { topics: ['harbour'] })));
  for (const email of staying) await addReader(world, email);
  await postStory(world);
  await sendNow(world, 'first');
  for (const link of links) expect((await erase(world, link)).status).toBe(200);
  // The test would prove nothing if the deleted items left nothing behind.
  expect(found(gone).length).toBeGreaterThan(20);
  await rewriteIfDue();
  expect(found(gone)).toEqual([]);
  expect(found(staying)).toEqual(staying);
  await postStory(world);
  await sendNow(world, 'second');
  expect(world.mails.filter(({ key }) => key.startsWith('issue/')).length).toBe(50 + 5 + 5);
  expect(found(gone)).toEqual([]);
  expect(dead).toEqual([]);
});

it('a clean stop leaves none of the addresses that were erased or have expired', async () => {
  const { world, file, database, found, folder, path } = await onFile();
  const [erased = '', unconfirmed = ''] = addresses(2);
  const link = await addReader(world, erased);
  await world.request('/subscriptions', {
    method: 'POST',
    body: { email: unconfirmed, editions: ['daily'] },
  });
  await world.queue.drain();
  world.pass(72 * HOUR);
  await world.tick();
  await database.stop();
  expect(found([unconfirmed])).toEqual([unconfirmed]);
  await file.rewriteAtStop();
  expect(found([erased, unconfirmed])).toEqual([erased]);

  const again = await startDynoxide({ file: path, reachableBy: 'everybody' });
  onTestFinished(() => again.stop());
  const table = await openTestTable(world.table.name, again.endpoint);
  const next = await setUp({ table, time: world.time, onDeletion: file.note });
  expect((await erase(next, link)).status).toBe(200);
  await again.stop();
  await file.rewriteAtStop();
  expect(found([erased])).toEqual([]);
  expect(readdirSync(folder).toSorted()).toEqual(['broadsheet.db', 'broadsheet.db.rewritten']);
  const sqlite = new DatabaseSync(path);
  expect(sqlite.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  sqlite.close();
});

it('requests wait while the file is rewritten, and none of them fails', async () => {
  const { world, rewriteIfDue, inode } = await onFile();
  const link = await addReader(world, 'ana@reader.example');
  await erase(world, link);
  const before = inode();
  const running = ['a', 'b'].map((id) => postStory(world, { id }));
  const rewriting = rewriteIfDue();
  const later = ['c', 'd', 'e'].map((id) => postStory(world, { id }));
  await Promise.all([...running, rewriting, ...later]);
  expect(inode()).not.toBe(before);
  for (const id of ['a', 'b', 'c', 'd', 'e'])
    expect((await world.edit('GET', `/api/articles/${id}`)).status).toBe(200);
});

it('the file is rewritten for a thousandth of the time at most after erasures, and otherwise once a day', async () => {
  const { world, rewriteIfDue, inode, file, path } = await onFile();
  const wasRewritten = async () => {
    const before = inode();
    await rewriteIfDue();
    return before !== inode();
  };
  await addReader(world, 'ana@reader.example');
  expect(await wasRewritten()).toBe(false);
  file.note('erased');
  file.note('expired');
  expect(await wasRewritten()).toBe(true);
  const { milliseconds } = JSON.parse(readFileSync(`${path}.rewritten`, 'utf8'));
  expect(milliseconds).toBeGreaterThan(0);
  await addReader(world, 'ben@reader.example');
  file.note('erased');
  world.pass(milliseconds * 999);
  expect(await wasRewritten()).toBe(false);
  world.pass(milliseconds * 2);
  expect(await wasRewritten()).toBe(true);
  await addReader(world, 'eva@reader.example');
  file.note('expired');
  world.pass(DAY - 1000);
  expect(await wasRewritten()).toBe(false);
  world.pass(1000);
  expect(await wasRewritten()).toBe(true);
});

it('a file that cannot be rewritten stays as it was, the log says so, and it is tried again in an hour', async () => {
  const { world, path, rewriteIfDue, lines, found } = await onFile();
  const link = await addReader(world, 'ana@reader.example');
  await erase(world, link);
  // Another program that reads the file keeps SQLite from rewriting it.
  const other = new DatabaseSync(path);
  other.exec('BEGIN; SELECT * FROM _tables');
  await rewriteIfDue();
  expect(lines).toEqual([expect.stringContaining('the database file could not be rewritten')]);
  await postStory(world, { id: 'after' });
  expect((await world.edit('GET', '/api/articles/after')).status).toBe(200);
  other.close();
  await rewriteIfDue();
  expect(found(['ana@reader.example'])).not.toEqual([]);
  world.pass(HOUR);
  await rewriteIfDue();
  expect(found(['ana@reader.example'])).toEqual([]);
});
