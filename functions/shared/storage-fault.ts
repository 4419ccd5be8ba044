/** What can be wrong with the disk under the database of one machine. */
export type StorageFault = 'full' | 'damaged' | 'not-writable';

/** Each in a clause for the person who operates the machine. */
export const STORAGE_FAULTS: Record<StorageFault, string> = {
  full: 'there is no room left on the disk of the data folder; make room there. What was accepted before is safe',
  damaged: 'the database file in the data folder is damaged; put the folder back from a backup',
  'not-writable': 'the data folder cannot be written; look at its owner, its permissions and its disk',
};

/** The words of SQLite (https://www.sqlite.org/rescode.html), which the embedded database hands on in its errors. */
const WORDS: [RegExp, StorageFault][] = [
  [/database or disk is full/, 'full'],
  [/disk image is malformed|file is not a database|not a valid SQLite database/, 'damaged'],
  [/attempt to write a readonly database|unable to open database file|disk I\/O error/, 'not-writable'],
];
const FILE_CALLS = new Set(['open', 'read', 'write', 'fsync', 'mkdir', 'rename', 'unlink', 'stat', 'chmod']);
const CODES: Record<string, StorageFault> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'not-writable',
  EACCES: 'not-writable',
  EPERM: 'not-writable',
  EIO: 'not-writable',
};

/** Returns the fault of the disk that an error is about, or undefined if it is about something else. */
export function storageFaultOf(error: unknown): StorageFault | undefined {
  const { message = '', code, syscall } = error as { message?: string; code?: unknown; syscall?: unknown };
  // A connection can be refused with the same codes.
  if (typeof code === 'string' && FILE_CALLS.has(String(syscall)) && code in CODES) return CODES[code];
  return WORDS.find(([words]) => words.test(message))?.[1];
}
