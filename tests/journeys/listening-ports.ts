import { readFileSync } from 'node:fs';

/** The user and the group that own nothing. */
export const NOBODY = 65_534;

/** Returns every TCP port of the machine on which a program listens, as each of its users sees them (proc_net_tcp(5)). */
export function listeningPorts(): number[] {
  const LISTEN = '0A';
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const ports = rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state]) => state === LISTEN)
    .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
  return [...new Set(ports)];
}
