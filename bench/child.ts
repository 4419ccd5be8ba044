import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A server in another process, so that the load does not run in the event loop that is measured. */
export type Child = {
  url: string;
  /** Returns the seconds of processor time used so far, or undefined if the system does not say. */
  processorSeconds(): number | undefined;
  stop(): Promise<void>;
};

const READY_MILLISECONDS = 20_000;
const STOP_MILLISECONDS = 5_000;
/** USER_HZ of the kernel. It is 100 on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

/** Starts a file of this project, and waits until it prints `ready <url>`. If it does not, the error has all that it printed. */
export async function startServer(
  file: string,
  args: string[] = [],
  env: Record<string, string> = {},
  nodeFlags: string[] = [],
): Promise<Child> {
  const flags = [...nodeFlags, ...(process.env.BENCH_NODE_FLAGS?.split(' ').filter(Boolean) ?? [])];
  const child = spawn(process.execPath, [...flags, file, ...args], {
    cwd: new URL('..', import.meta.url),
    // A server that npm has started ends when npm is gone. With this variable it ends in the same way when this process is gone.
    env: { ...process.env, ...env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (how: string) => reject(new Error(`${file} ${how}:\n${said}`));
    const timer = setTimeout(() => fail('was not ready in time'), READY_MILLISECONDS);
    const listen = (chunk: Buffer) => {
      said += chunk;
      const ready = /^ready (\S+)$/m.exec(said)?.[1];
      if (!ready) return;
      clearTimeout(timer);
      resolve(ready);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', () => fail('could not be started'));
    child.once('exit', () => fail('ended'));
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return {
    url,
    processorSeconds: () => processorSeconds(child.pid),
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    },
  };
}

/**
 * Reads user and system time, which are fields 14 and 15 (proc_pid_stat(5)). Field 2, which is in parentheses, may contain
 * spaces.
 */
export function processorSeconds(pid: number | undefined): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    // Only Linux has this file.
    return undefined;
  }
}

/** Returns the flags with which `npm start` runs Node. */
export function flagsOfStart(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
