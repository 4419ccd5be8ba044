import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { STORAGE_FAULTS, storageFaultOf } from '../../shared/storage-fault.ts';
import { hasRoom } from './storage-health.ts';

/** A gigabyte is checked in about a second. The check of a larger file would hold the start up for too long. */
const LARGEST_CHECKED_BYTES = 2_000_000_000;

/**
 * Throws if the disk has no room, if the file of the database is damaged, or if it is missing although `wasMade` says that
 * this folder has had one, before anything is read or written there. The error is a sentence for the person who starts
 * Broadsheet. With an empty database in its place, an import would subscribe readers who have left.
 */
export function checkDatabase(file: string, wasMade: boolean): void {
  const folder = realpathSync(dirname(file));
  if (wasMade && sizeOf(file) === 0 && sizeOf(`${file}-wal`) === 0)
    throw new Error(
      `the database file ${file} is missing or empty, although this folder had one before. Put the whole folder back from a backup. If you want to start again with an empty publication, delete the folder ${folder}`,
    );
  if (!hasRoom(folder)) throw new Error(`${STORAGE_FAULTS.full} (${folder})`);
  if (!existsSync(file) || statSync(file).size > LARGEST_CHECKED_BYTES) return;
  const damage = damageOf(file);
  if (damage !== undefined) throw new Error(`${STORAGE_FAULTS.damaged} (${folder}; ${damage})`);
}

/** Returns the size of a file in bytes. If the file does not exist, its size is 0. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Returns what SQLite says is wrong with the structure of a file (https://www.sqlite.org/pragma.html#pragma_quick_check). */
function damageOf(file: string): string | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    const [row] = database.prepare('PRAGMA quick_check(1)').all();
    const found = String(row?.quick_check ?? 'ok');
    return found === 'ok' ? undefined : found.replace(/\s+/g, ' ');
  } catch (error) {
    if (storageFaultOf(error) === 'damaged') return (error as Error).message;
    throw error;
  } finally {
    database?.close();
  }
}
