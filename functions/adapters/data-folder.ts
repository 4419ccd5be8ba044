import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pause } from './dynamo-client.ts';
import { secrets } from './secrets.ts';

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

/** Throws where another process has the folder. `url` tells that one's users where it serves. */
export async function openDataFolder(folder: string, url: string): Promise<DataFolder> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = await lock(realpathSync(folder), url);
  const path = (name: string) => join(folder, name);
  return {
    path,
    has: (name) => existsSync(path(name)),
    write: (name, text) => writeFileSync(path(name), text, { mode: 0o600 }),
    secret(name, prefix = '') {
      if (!existsSync(path(name))) writeFileSync(path(name), `${prefix}${secrets()}\n`, { mode: 0o600 });
      return readFileSync(path(name), 'utf8').trim();
    },
    unlock,
  };
}

/**
 * Two servers on one file corrupt it, and neither would notice. The lock is a socket in Linux's abstract namespace: the
 * kernel gives it to one process, and takes it back however that process ends, so nothing stale is ever left.
 */
async function lock(folder: string, url: string): Promise<() => void> {
  const address = `\0broadsheet:${folder}`;
  for (const deadline = Date.now() + PATIENCE_MILLISECONDS; ; await pause(100)) {
    const holder = createServer((socket) =>
      socket.on('error', () => {}).end(`process ${process.pid}, which serves ${url}`),
    );
    const taken = await new Promise<boolean>((resolve, reject) => {
      holder.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
      );
      holder.listen(address, () => resolve(false));
    });
    if (!taken) {
      holder.unref();
      return () => holder.close();
    }
    if (Date.now() > deadline) {
      throw new Error(
        `the data folder ${folder} is in use by ${await whoHolds(address)}; stop it, or set BROADSHEET_DATA to another folder`,
      );
    }
  }
}

function whoHolds(address: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(address);
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer || 'another process'));
  });
}
