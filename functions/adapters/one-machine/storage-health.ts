import { statfsSync } from 'node:fs';
import { type Clock, MINUTE_MILLISECONDS } from '../../shared/clock.ts';
import { STORAGE_FAULTS, type StorageFault, storageFaultOf } from '../../shared/storage-fault.ts';
import { getItem, type Table } from '../dynamo/dynamo-client.ts';

/** With less room than this, the next change may not fit. */
const LEAST_ROOM_BYTES = 1_048_576;
const WRITES = /^(?:Put|Update|Delete|TransactWrite|BatchWrite)/;
/** A fault of the disk is told for this long after it was last met, or until a write succeeds. */
const TOLD_MILLISECONDS = MINUTE_MILLISECONDS;

/** Checks whether the disk of a folder has room for the next changes. */
export function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= LEAST_ROOM_BYTES;
}

type Options = {
  table: Table;
  clock: Clock;
  /** The data folder. It is absent if the database is elsewhere. */
  folder?: string | undefined;
};

/**
 * Returns a function that says in a sentence what is wrong with the database, or returns undefined. It looks at the room
 * on the disk, reads an item, and remembers what the requests of this process met. A file that was found to be damaged
 * once stays so.
 */
export function storageHealth({ table, clock, folder }: Options): () => Promise<string | undefined> {
  let met: { fault: StorageFault; at: number } | undefined;
  table.client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (request) => {
        try {
          const answer = await next(request);
          if (met?.fault !== 'damaged' && WRITES.test(commandName)) met = undefined;
          return answer;
        } catch (error) {
          const fault = storageFaultOf(error);
          if (fault && met?.fault !== 'damaged') met = { fault, at: clock() };
          throw error;
        }
      },
    { step: 'initialize' },
  );
  return async () => {
    if (folder !== undefined && !hasRoom(folder)) return STORAGE_FAULTS.full;
    try {
      await getItem(table, NOTHING);
    } catch (error) {
      const fault = storageFaultOf(error);
      return fault ? STORAGE_FAULTS[fault] : `the database does not answer (${(error as Error).message})`;
    }
    const isCurrent = met && (met.fault === 'damaged' || clock() - met.at < TOLD_MILLISECONDS);
    return met && isCurrent ? STORAGE_FAULTS[met.fault] : undefined;
  };
}

/** No item has this key. The question is whether the database answers. */
const NOTHING = { pk: 'HEALTH', sk: '-' };
