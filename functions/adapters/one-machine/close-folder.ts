import { chmodSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../shared/log.ts';

/**
 * The files of an installation: the database with its journals, the lock, the secrets, and notes of what was done. A
 * crash can leave a file whose name ends with `.new`.
 */
const OURS =
  /^(?:broadsheet\.db.*|(?:lock|lock-holder|editor-token|link-secret|samples-posted|no-samples|database-made)(?:\.new)?)$/;
/** A folder that is a volume of its own has this one, and nobody uses it. */
const OF_A_VOLUME = 'lost+found';

/** The bits of a mode that let the group and all others in, and those that let them write. */
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

type Options = {
  log: Log;
  /** Whether it is enough to warn about a folder that cannot be closed. */
  mayStayOpen: boolean;
};

/**
 * Takes the rights of other users away, from the data folder and from our files in it. If the folder holds other files
 * too, it may be meant to be open, such as /tmp. Then only our files are closed. Throws if other users may still read
 * our files or put others in their place, unless the operator allows that.
 */
export function closeFolder(folder: string, { log, mayStayOpen }: Options): void {
  const path = realpathSync(folder);
  const entries = readdirSync(path, { withFileTypes: true });
  // The mode of a link is that of the file where it leads, which may not be ours.
  const files = entries.filter((entry) => OURS.test(entry.name) && entry.isFile());
  const ours = files.map(({ name }) => join(path, name));
  const foreign = entries.find(({ name }) => !OURS.test(name) && name !== OF_A_VOLUME)?.name;

  const wasOpen = has(path, OTHERS) && (foreign === undefined || ours.some((file) => has(file, OTHERS)));
  if (foreign === undefined) close(path, 0o700);
  for (const file of ours) close(file, 0o600);

  const fault = faultOf(path, ours);
  if (!fault) {
    if (wasOpen)
      log.warn(
        `other users of this machine could open the data folder ${path}; what is ours in it is closed now`,
      );
    return;
  }
  const message = `${fault} (${foreign === undefined ? 'its mode cannot be changed' : `its mode is left alone, because it also holds "${foreign}"`})`;
  if (!mayStayOpen)
    throw new Error(
      `${message}; set BROADSHEET_DATA to a folder of its own, such as ${join(path, 'broadsheet')}, or set BROADSHEET_ALLOW_LOCAL_USERS=on if nobody else uses this machine`,
    );
  log.warn(message);
}

/** Says what other users can still do. */
function faultOf(path: string, ours: string[]): string | undefined {
  const can = 'other users of this machine can';
  if (has(path, OTHERS_WRITE)) return `${can} put other files into the data folder ${path}`;
  const open = has(path, OTHERS) && ours.find((file) => has(file, OTHERS));
  return open ? `${can} open ${open}` : undefined;
}

function close(path: string, mode: number): void {
  if (!has(path, OTHERS)) return;
  try {
    chmodSync(path, mode);
  } catch (error) {
    // It belongs to another user, or its file system keeps no modes. What follows from that is decided afterwards.
    if (!['EPERM', 'ENOTSUP', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function has(path: string, bits: number): boolean {
  return ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & bits) !== 0;
}
