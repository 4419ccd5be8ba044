import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The user and the group that own nothing. */
export const NOBODY = 65_534;

/**
 * Returns every TCP port of the machine on which this process or one of its descendants listens (proc_net_tcp(5)). The
 * ports of other processes are left out, because requests to them would disturb the tests that run at the same time.
 */
export function portsUnderThisProcess(): number[] {
  const sockets = new Set(pidsUnder(process.pid).flatMap(socketsOf));
  const LISTEN = '0A';
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const ports = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode = '']) => state === LISTEN && sockets.has(inode))
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
  return [...new Set(ports)];
}

function pidsUnder(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const parent = ifThere(() => /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]);
    if (parent) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
  }
  const under = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(under)];
  return under(root);
}

/** Returns the inodes of the sockets that a process has open. */
function socketsOf(pid: number): string[] {
  const fds = ifThere(() => readdirSync(`/proc/${pid}/fd`)) ?? [];
  return fds.flatMap((fd) => {
    const target = ifThere(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1] ?? [];
  });
}

/** A process may end while it is looked at. */
function ifThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
