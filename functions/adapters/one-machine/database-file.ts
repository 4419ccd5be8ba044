import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type Clock, DAY_MILLISECONDS, HOUR_MILLISECONDS, isoTime } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { Dynoxide } from './dynoxide.ts';
import type { RequestGate } from './request-gate.ts';

/**
 * The file of the embedded database. SQLite only forgets where a deleted item was, and leaves its bytes in the file until
 * something else needs the room. So the file is rewritten: its live items are copied, and everything else is gone.
 */
export type DatabaseFile = {
  /**
   * Notes that addresses are deleted. If a reader is `erased`, the file is rewritten soon. What has `expired` waits for
   * a day, or for the end of the process.
   */
  note(what: Deletion): void;
  /** Rewrites the file if it is time. The requests of this process wait meanwhile. It never throws. */
  rewriteIfDue(database: Dynoxide, gate: RequestGate): Promise<void>;
  /** Rewrites the file, after the database has ended, if anything was noted since the last time. */
  rewriteAtStop(): Promise<void>;
};

export type Deletion = 'erased' | 'expired';

type Options = { path: string; clock: Clock; log: Log };

/** The file is rewritten after this time in any case, because a note may be lost, and older versions wrote none. */
const LONGEST_MILLISECONDS = DAY_MILLISECONDS;
/**
 * After an erasure the file is rewritten at once. Rewriting may take up this share of all time and no more, because all
 * requests wait for it. So after a rewriting that took a tenth of a second, the next one may come a hundred seconds later.
 */
const SHARE_OF_TIME = 1 / 1000;
/** After a failure, such as a full disk, it is tried again after this time. */
const RETRY_MILLISECONDS = HOUR_MILLISECONDS;
/** The log says what everybody waits for if it takes longer. */
const SILENT_MILLISECONDS = 2_000;
/** A stop is forced after twenty seconds (`local.ts`). A file that takes longer is rewritten after the next start. */
const STOP_MILLISECONDS = 15_000;

/** When the file was rewritten (ISO 8601), and how long it took. */
type Rewritten = { at: string; milliseconds: number };

export function databaseFile({ path, clock, log }: Options): DatabaseFile {
  const notes = { deleted: `${path}.deleted`, rewritten: `${path}.rewritten` };
  const noted = () => readNote(notes.deleted);
  const write = (note: string, text: string) => writeFileSync(note, text, { mode: 0o600 });
  const remember = (milliseconds: number) =>
    write(notes.rewritten, JSON.stringify({ at: isoTime(clock()), milliseconds } satisfies Rewritten));
  // A new file has nothing to hide.
  if (!existsSync(path)) remember(0);
  let notBefore = 0;

  const isDue = (): boolean => {
    if (clock() < notBefore) return false;
    const { at, milliseconds } = lastOf(notes.rewritten);
    const since = clock() - Date.parse(at);
    // A clock that was set back must not put this off.
    if (since < 0 || since >= LONGEST_MILLISECONDS) return true;
    return noted() === 'erased' && since >= milliseconds / SHARE_OF_TIME;
  };

  const rewrite = async (): Promise<void> => {
    const megabytes = Math.ceil((statSync(path, { throwIfNoEntry: false })?.size ?? 0) / 1_000_000);
    const patience = setTimeout(
      () =>
        log.info('the database file is rewritten without what was erased; requests wait until it is done', {
          megabytes,
        }),
      SILENT_MILLISECONDS,
    );
    const begun = performance.now();
    try {
      await inThread(path);
      remember(Math.ceil(performance.now() - begun));
      rmSync(notes.deleted, { force: true });
    } catch (error) {
      notBefore = clock() + RETRY_MILLISECONDS;
      log.error(
        'the database file could not be rewritten, so what was erased may still be in it; it is tried again in an hour, and needs free room on the disk of twice its size',
        { megabytes, error },
      );
    } finally {
      clearTimeout(patience);
    }
  };

  return {
    note(what) {
      if (what === 'erased' || noted() === undefined) write(notes.deleted, what);
    },

    async rewriteIfDue(database, gate) {
      if (isDue()) await gate.whileClosed(() => database.whileStopped(rewrite));
    },

    async rewriteAtStop() {
      if (noted() === undefined) return;
      if (lastOf(notes.rewritten).milliseconds < STOP_MILLISECONDS) await rewrite();
      else log.warn('the database file is too large to be rewritten now; that is done after the next start');
    },
  };
}

function lastOf(note: string): Rewritten {
  try {
    const { at, milliseconds } = JSON.parse(readNote(note) ?? '') as Rewritten;
    if (!Number.isNaN(Date.parse(at)) && Number.isFinite(milliseconds)) return { at, milliseconds };
  } catch {
    // There is no note, for example because an older version made the file, or it cannot be read.
  }
  return { at: isoTime(0), milliseconds: 0 };
}

function readNote(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function inThread(path: string): Promise<void> {
  const thread = new Worker(new URL('./rewrite-thread.ts', import.meta.url), { workerData: path });
  return new Promise((resolve, reject) => {
    thread.once('error', reject);
    thread.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the thread ended with ${code}`)),
    );
  });
}
