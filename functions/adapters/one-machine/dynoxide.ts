import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '../dynamo/dynamo-client.ts';

/** The embedded DynamoDB: one binary from npm, a file or memory, and a port of 127.0.0.1. */
export type Dynoxide = { endpoint: string; stop(): Promise<void> };

type Options = {
  /** Unset: in memory. */
  file?: string;
  /** Told when it died and could not be started again. */
  onDead?: (reason: string) => void;
  onRestart?: (reason: string) => void;
};

/** Enough to outlive a passing fault; a server that dies at once every time is not started for ever. */
const RESTARTS = 3;
const READY_MILLISECONDS = 10_000;

/** Starts it and waits until it answers. Throws where there is no binary for this machine or it does not start. */
export async function startDynoxide({ file, onDead, onRestart }: Options = {}): Promise<Dynoxide> {
  const binary = dynoxideBinary();
  if (file) endLeftOver(file);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let stopping = false;
  let restarts = 0;
  let child = launch(binary, port, file);

  const watch = () =>
    child.once('exit', async (code, signal) => {
      if (stopping) return;
      const reason = `the embedded DynamoDB ended by itself (${signal ?? `exit code ${code}`})`;
      restarts += 1;
      if (restarts > RESTARTS || !file) return onDead?.(reason);
      child = launch(binary, port, file);
      watch();
      if (await answers(endpoint)) onRestart?.(reason);
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
 * The kernel gives higher ports to outgoing connections, and one of those could take ours before we listen on it. Lower
 * ones are left alone too: `fetch` refuses 10080 (Fetch Standard, "port blocking").
 */
const PORTS = { from: 10_081, to: 32_000 };
const PORT_ATTEMPTS = 100;

/** A port of 127.0.0.1 that is free now. */
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

/** Path of the server. Throws where npm brought none for this system. */
export function dynoxideBinary(): string {
  let found: string | undefined;
  try {
    found = join(dirname(fileURLToPath(import.meta.resolve('@dynoxide/linux-x64/package.json'))), 'dynoxide');
  } catch {
    // Not for this system: npm left the optional package out.
  }
  if (found && existsSync(found)) return found;
  throw new Error(
    `there is no embedded DynamoDB for ${process.platform}-${process.arch}; start DynamoDB Local (or "npx dynoxide") and set AWS_ENDPOINT_URL_DYNAMODB to its address`,
  );
}

/**
 * The server ends with us, however we end: the shell waits on a pipe that the kernel closes when this process is gone,
 * kill -9 included. The server's process id is on file, for the case that the shell was killed too.
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

function endLeftOver(file: string): void {
  if (!existsSync(pidFile(file))) return;
  const pid = Number(readFileSync(pidFile(file), 'utf8'));
  rmSync(pidFile(file), { force: true });
  if (!Number.isInteger(pid) || pid < 2 || !existsSync(`/proc/${pid}/cmdline`)) return;
  // The number may be another process's by now.
  if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file)) process.kill(pid, 'SIGKILL');
}

async function answers(endpoint: string): Promise<boolean> {
  for (const deadline = Date.now() + READY_MILLISECONDS; Date.now() < deadline; await pause(10)) {
    try {
      await fetch(endpoint, { method: 'GET', signal: AbortSignal.timeout(1000) });
      return true;
    } catch {
      // Not listening yet.
    }
  }
  return false;
}
