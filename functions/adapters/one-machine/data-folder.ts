import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { secrets } from '../random.ts';

/** The folder of one installation: its database, its secrets, and a lock that lives as long as the process. */
export type DataFolder = {
  path(name: string): string;
  has(name: string): boolean;
  write(name: string, text: string): void;
  /** The secret of that name; made of 32 random bytes on first use. */
  secret(name: string, prefix?: string): string;
  unlock(): void;
};

/** A process that is just ending may still hold the lock. */
const PATIENCE_MILLISECONDS = 5_000;
/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** Throws where another process has the folder. `url` tells that one's users where it serves. */
export function openDataFolder(folder: string, url: string): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string) => writeFileSync(path(name), text, { mode: 0o600 });
  const unlock = lock(folder);
  write(HOLDER, `process ${process.pid}, which serves ${url}`);
  return {
    path,
    has: (name) => existsSync(path(name)),
    write,
    secret(name, prefix = '') {
      if (!existsSync(path(name))) write(name, `${prefix}${secrets()}\n`);
      return readFileSync(path(name), 'utf8').trim();
    },
    unlock,
  };
}

const HOLDER = 'lock-holder';

/**
 * Two servers on one file corrupt it, and neither would notice. The lock is that of an empty SQLite file, which Node
 * brings along: the kernel gives it to one process, also of several containers with the folder in common, and takes it
 * back however that process ends, so nothing stale is ever left.
 */
function lock(folder: string): () => void {
  const database = new DatabaseSync(join(folder, 'lock'), { timeout: PATIENCE_MILLISECONDS });
  try {
    // Without a journal beside it: nothing is ever written.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    const path = realpathSync(folder);
    throw new Error(
      `the data folder ${path} is in use by ${holderOf(folder)}; stop it, or set BROADSHEET_DATA to another folder`,
    );
  }
  return () => database.close();
}

function holderOf(folder: string): string {
  try {
    return readFileSync(join(folder, HOLDER), 'utf8');
  } catch {
    return 'another process';
  }
}
