import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Log } from '../../shared/log.ts';
import { storageFaultOf } from '../../shared/storage-fault.ts';
import { secrets } from '../random.ts';
import { closeFolder } from './close-folder.ts';

/**
 * The folder of one installation. It holds the database, the secrets, and a lock that the process holds while it lives.
 */
export type DataFolder = {
  path(name: string): string;
  has(name: string): boolean;
  write(name: string, text: string): void;
  /**
   * Returns the secret with this name. It is made of 32 random bytes when it is first asked for. Throws if the file holds
   * something else. `ifDeleted` is a sentence that says what no longer works once the file is deleted.
   */
  secret(name: string, ifDeleted: string, prefix?: string): string;
  unlock(): void;
};

/** The lock is waited for this long, because a process that is just ending may still hold it. */
const PATIENCE_MILLISECONDS = 5_000;
/** The error code for a lock that somebody else holds: https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

type Options = {
  /** The address at which this process serves. It is written down, so that the error of a second process can name it. */
  url: string;
  log: Log;
  /** Whether the folder may be open to other users of the machine, if it cannot be closed. */
  allowLocalUsers: boolean;
};

/**
 * Opens the data folder, locks it, and closes it to other users of the machine. Throws if another process holds the
 * lock, or if the folder cannot be closed.
 */
export function openDataFolder(folder: string, options: Options): DataFolder {
  const opened = usable(folder, () => open(folder, options));
  return {
    ...opened,
    secret: (name, ...more) => usable(opened.path(name), () => opened.secret(name, ...more)),
  };
}

/** Says in words that the system does not let this process use the folder or a file in it. Our own errors say more already. */
function usable<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || storageFaultOf(error)) throw error;
    throw new Error(
      `${path} cannot be used (${message}). BROADSHEET_DATA must name a folder that this user may read and write.`,
    );
  }
}

function open(folder: string, { url, log, allowLocalUsers }: Options): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string) => writeWhole(folder, name, text);
  const unlock = lock(folder);
  try {
    closeFolder(folder, { log, mayStayOpen: allowLocalUsers });
  } catch (error) {
    unlock();
    throw error;
  }
  write(HOLDER, `process ${process.pid}, which serves ${url}`);
  return {
    path,
    has: (name) => existsSync(path(name)),
    write,
    secret(name, ifDeleted, prefix = '') {
      if (!existsSync(path(name))) write(name, `${prefix}${secrets()}\n`);
      const secret = readFileSync(path(name), 'utf8').trim();
      const fault = secretFault(secret);
      if (fault === undefined) return secret;
      throw new Error(
        `${realpathSync(path(name))} ${fault}, so others could guess it. Put the file back from a backup. Without a backup, delete the file, and the next start makes a new secret. ${ifDeleted}`,
      );
    },
    unlock,
  };
}

const HOLDER = 'lock-holder';

/** A secret that is made here has 43 characters or more. Shorter ones could be found by trying. */
const SHORTEST_SECRET = 32;

function secretFault(secret: string): string | undefined {
  if (secret === '') return 'is empty';
  // A file system that lost its power may leave zeros in place of what was written.
  if (!/^[\x21-\x7e]+$/.test(secret))
    return 'has characters that no secret has: it must be printable ASCII without spaces';
  if (secret.length >= SHORTEST_SECRET) return undefined;
  return `has ${secret.length} characters, and must have at least ${SHORTEST_SECRET}`;
}

/**
 * Writes a file so that it is there as a whole or not at all, even if the machine loses its power. The text goes to
 * another file first, and is on the disk before that file takes the name. The name itself is in the folder, so the folder
 * is written to the disk too.
 */
function writeWhole(folder: string, name: string, text: string): void {
  const unnamed = join(folder, `${name}.new`);
  const file = openSync(unnamed, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unnamed, join(folder, name));
  const entries = openSync(folder, 'r');
  try {
    fsyncSync(entries);
  } finally {
    closeSync(entries);
  }
}

/**
 * Locks the folder, because two database servers on one file would corrupt it without noticing. The lock is the lock of
 * an empty SQLite file; SQLite is a part of Node. The kernel gives the lock to one process, even if several containers
 * share the folder. It takes the lock back however the process ends, so no stale lock is ever left.
 */
function lock(folder: string): () => void {
  const path = join(folder, 'lock');
  // SQLite would make a file that others can read.
  writeFileSync(path, '', { flag: 'a', mode: 0o600 });
  const database = new DatabaseSync(path, { timeout: PATIENCE_MILLISECONDS });
  try {
    // Nothing is ever written to this database, so it needs no journal file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(
      `the data folder ${realpathSync(folder)} is in use by ${holderOf(folder)}; stop it, or set BROADSHEET_DATA to another folder`,
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
