import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

/**
 * Rewrites the database file (`database-file.ts`). SQLite works without ever waiting for other code of the process, so
 * this is in a thread of its own. If the process dies meanwhile, the journal of SQLite undoes what was begun.
 */

/** Another program may have the file open, such as one that makes a backup. It is waited for this long. */
const PATIENCE_MILLISECONDS = 1_000;

const file = String(workerData);
const database = new DatabaseSync(file, { timeout: PATIENCE_MILLISECONDS });
try {
  // SQLite first writes to a file without a name. It has addresses too, so it must not be on another disk.
  database.exec(`PRAGMA temp_store_directory = '${dirname(file).replaceAll("'", "''")}'`);
  database.exec('PRAGMA secure_delete = ON; VACUUM');
  // What was written is in the journal now. It replaces the old file only when nobody reads that one any more.
  const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
  if (busy !== 0) throw new Error('another program reads the database file');
} finally {
  // The last connection to a database deletes the journal when it is closed.
  database.close();
}
