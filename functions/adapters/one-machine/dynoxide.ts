import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { type Agent, get } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { type Clock, MINUTE_MILLISECONDS } from '../../shared/clock.ts';
import { pause } from '../dynamo/dynamo-client.ts';
import { type OwnNetwork, ownNetwork } from './own-network.ts';

/** The embedded DynamoDB: a binary from npm that stores in a file or in memory. Requests to `endpoint` go through `agent`, if there is one. */
export type Dynoxide = {
  endpoint: string;
  agent?: Agent;
  /** Ends the server, so that nobody has the file open, and starts it again when the work is done. */
  whileStopped(work: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Who can reach the server. It asks nobody who they are, so whoever reaches it reads and writes everything.
 * - `this process`: nobody else. Some systems refuse the network that this needs (`networkRefusal`).
 * - `users`: also the other users of the machine, but no page in a browser.
 * - `everybody`: also pages. This is for tests and benchmarks, whose processes share made-up data.
 */
type Reach = 'this process' | 'users' | 'everybody';

type Options = {
  /** The database file. Without it, the database is in memory. */
  file?: string;
  reachableBy?: Reach;
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
  reachableBy = 'this process',
  clock = Date.now,
  onDead,
  onRestart,
}: Options = {}): Promise<Dynoxide> {
  const binary = dynoxideBinary();
  if (file) endLeftOver(file);
  const { endpoint, agent, port, launch } = await networkFor(reachableBy);
  const start = () => launch(...commandOf(binary, port, file));
  let stopping = false;
  let deaths: number[] = [];
  let child = start();

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
      const again = start();
      child = again;
      watch();
      if (await answers(endpoint, agent)) onRestart?.(reason);
      // Its end is noticed like any other.
      else again.stdin?.end();
    });
  watch();

  if (!(await answers(endpoint, agent))) {
    stopping = true;
    child.stdin?.end();
    throw new Error(`the embedded DynamoDB did not answer within ${READY_MILLISECONDS / 1000} seconds`);
  }
  const stop = async (): Promise<void> => {
    stopping = true;
    agent?.destroy();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await ended;
    if (file) rmSync(pidFile(file), { force: true });
  };

  return {
    endpoint,
    ...(agent && { agent }),
    async whileStopped(work) {
      await stop();
      try {
        await work();
      } finally {
        const again = start();
        child = again;
        stopping = false;
        watch();
        // Its end is noticed like any other.
        if (!(await answers(endpoint, agent))) again.stdin?.end();
      }
    },
    stop,
  };
}

async function networkFor(reach: Reach): Promise<OwnNetwork | OpenNetwork> {
  return reach === 'this process'
    ? ownNetwork()
    : openNetwork(await (reach === 'users' ? portClosedToPages() : freePort()));
}

type OpenNetwork = Omit<OwnNetwork, 'agent'> & { agent?: undefined };

/** The network of the machine, in which everybody on the machine reaches the port. */
function openNetwork(port: number): OpenNetwork {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    launch: ([program = '', ...args], env) =>
      spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env }),
  };
}

/**
 * The range from which the port of the server is taken. The kernel uses higher ports for outgoing connections, and such
 * a connection could take the port before the server listens on it. `fetch` refuses some lower ports, up to 10080
 * (Fetch Standard, "port blocking").
 */
const PORTS = { from: 10_081, to: 32_000 };
const PORT_ATTEMPTS = 100;

/**
 * Browsers connect to none of these ports, whatever the page (Fetch Standard, "port blocking"). They are ports of other
 * protocols, and few machines use them.
 */
const CLOSED_TO_PAGES = [6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 3659, 4045, 4190, 2049];

/** Returns a port of 127.0.0.1 that is free at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${PORTS.from} and ${PORTS.to}`);
}

async function portClosedToPages(): Promise<number> {
  for (const port of CLOSED_TO_PAGES) if (await isFree(port)) return port;
  throw new Error(
    `the embedded DynamoDB needs one of the ports ${CLOSED_TO_PAGES.join(', ')} of 127.0.0.1, and none is free`,
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return isFree;
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
 * Returns a command, and its environment, that runs the server until its standard input is closed. The standard input
 * is a pipe from this process, and the kernel closes it once this process is gone, even after kill -9. A shell waits
 * for that, and then kills the server. The process id of the server is written to a file, for the case that the shell
 * is killed as well.
 */
function commandOf(binary: string, port: number, file: string | undefined): [string[], NodeJS.ProcessEnv] {
  const script = `
    umask 077
    exec 3<&0
    "$0" "$@" 3<&- </dev/null & server=$!
    [ -z "$PID_FILE" ] || echo $server > "$PID_FILE"
    (cat <&3 >/dev/null; kill -9 $server 2>/dev/null) &
    wait $server`;
  const args = ['--port', String(port), ...(file ? ['--db-path', file] : [])];
  return [
    ['/bin/sh', '-c', script, binary, ...args],
    { ...process.env, PID_FILE: file ? pidFile(file) : '' },
  ];
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

async function answers(endpoint: string, agent: Agent | undefined): Promise<boolean> {
  for (const deadline = Date.now() + READY_MILLISECONDS; Date.now() < deadline; await pause(10))
    if (await answersNow(endpoint, agent)) return true;
  return false;
}

function answersNow(endpoint: string, agent: Agent | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(endpoint, { timeout: 1000, ...(agent && { agent }) }, (answer) => {
      answer.resume();
      resolve(true);
    });
    request.once('timeout', () => request.destroy());
    // The server does not listen yet.
    request.once('error', () => resolve(false));
  });
}
