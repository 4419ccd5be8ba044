import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type Clock, MINUTE_MILLISECONDS } from '../../shared/clock.ts';
import { pause } from '../dynamo/dynamo-client.ts';

/** The embedded DynamoDB: a binary from npm that stores in a file or in memory, and listens on a port of 127.0.0.1. */
export type Dynoxide = { endpoint: string; stop(): Promise<void> };

type Options = {
  /** The database file. Without it, the database is in memory. */
  file?: string;
  clock?: Clock;
  /** Called if the server has ended and is not started again. */
  onDead?: (reason: string) => void;
  /** Called if the server had ended, was started again and answers. */
  onRestart?: (reason: string) => void;
};

/**
 * The server is started again this often within this time, which is enough for a temporary fault. A server that always
 * ends at once is given up.
 */
const RESTARTS = 3;
const RESTART_MINUTES = 10;
const READY_MILLISECONDS = 10_000;

/**
 * Starts the server and waits until it answers. Throws if there is no binary for this machine, or if the server does
 * not answer in time.
 */
export async function startDynoxide({
  file,
  clock = Date.now,
  onDead,
  onRestart,
}: Options = {}): Promise<Dynoxide> {
  const binary = dynoxideBinary();
  if (file) endLeftOver(file);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let stopping = false;
  let deaths: number[] = [];
  let child = launch(binary, port, file);

  const watch = () =>
    child.once('exit', async (code, signal) => {
      if (stopping) return;
      const reason = `the embedded DynamoDB ended unexpectedly (${signal ?? `exit code ${code}`})`;
      const since = clock() - RESTART_MINUTES * MINUTE_MILLISECONDS;
      deaths = [...deaths.filter((at) => at > since), clock()];
      if (!file) return onDead?.(reason);
      if (deaths.length > RESTARTS)
        return onDead?.(`${reason}, ${deaths.length} times within ${RESTART_MINUTES} minutes`);
      endLeftOver(file);
      const again = launch(binary, port, file);
      child = again;
      watch();
      if (await answers(endpoint)) onRestart?.(reason);
      // Its end is noticed like any other.
      else again.stdin?.end();
    });
  watch();

  if (!(await answers(endpoint))) {
    stopping = true;
    child.kill('SIGKILL');
    throw new Error(
      `the embedded DynamoDB did not answer on ${endpoint} within ${READY_MILLISECONDS / 1000} seconds`,
    );
  }
  return {
    endpoint,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin?.end();
      await ended;
      if (file) rmSync(pidFile(file), { force: true });
    },
  };
}

/**
 * The range from which the port of the server is taken. The kernel uses higher ports for outgoing connections, and such
 * a connection could take the port before the server listens on it. `fetch` refuses some lower ports, up to 10080
 * (Fetch Standard, "port blocking").
 */
const PORTS = { from: 10_081, to: 32_000 };
const PORT_ATTEMPTS = 100;

/** Returns a port of 127.0.0.1 that is free at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
    const port = randomInt(PORTS.from, PORTS.to);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (free) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${PORTS.from} and ${PORTS.to}`);
}

/** Returns the path of the server's binary. Throws if npm has installed none, because there is none for this system. */
export function dynoxideBinary(): string {
  let found: string | undefined;
  try {
    found = join(
      dirname(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json')),
      'dynoxide',
    );
  } catch {
    // The optional package is not for this system, so npm has left it out.
  }
  if (found && existsSync(found)) return found;
  throw new Error(
    `there is no embedded DynamoDB for ${process.platform}-${process.arch}; start DynamoDB Local (or "npx dynoxide") and set AWS_ENDPOINT_URL_DYNAMODB to its address`,
  );
}

/**
 * Starts the server so that it ends when this process ends, even after kill -9. A shell waits on a pipe that the kernel
 * closes once this process is gone, and then kills the server. The process id of the server is written to a file, for
 * the case that the shell is killed as well.
 */
function launch(binary: string, port: number, file: string | undefined): ChildProcess {
  const script = `
    exec 3<&0
    "$0" "$@" 3<&- </dev/null & server=$!
    [ -z "$PID_FILE" ] || echo $server > "$PID_FILE"
    (cat <&3 >/dev/null; kill -9 $server 2>/dev/null) &
    wait $server`;
  return spawn(
    '/bin/sh',
    ['-c', script, binary, '--port', String(port), ...(file ? ['--db-path', file] : [])],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, PID_FILE: file ? pidFile(file) : '' },
    },
  );
}

const pidFile = (file: string) => `${file}.pid`;

/** Ends the server that an earlier process has left running on this file, if there is one. */
function endLeftOver(file: string): void {
  if (!existsSync(pidFile(file))) return;
  const pid = Number(readFileSync(pidFile(file), 'utf8'));
  rmSync(pidFile(file), { force: true });
  if (!Number.isInteger(pid) || pid < 2 || !existsSync(`/proc/${pid}/cmdline`)) return;
  // By now the number may belong to another process, so its command line must name the file.
  if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file)) process.kill(pid, 'SIGKILL');
}

async function answers(endpoint: string): Promise<boolean> {
  for (const deadline = Date.now() + READY_MILLISECONDS; Date.now() < deadline; await pause(10)) {
    try {
      await fetch(endpoint, { method: 'GET', signal: AbortSignal.timeout(1000) });
      return true;
    } catch {
      // The server does not listen yet.
    }
  }
  return false;
}
