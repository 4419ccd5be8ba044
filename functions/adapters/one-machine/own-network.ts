import { type ChildProcess, spawn } from 'node:child_process';
import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/**
 * A network of its own for the embedded DynamoDB (network_namespaces(7)). The server takes any signature and answers any
 * web page, so nobody but this process may reach it. In a network of its own it listens on a port that exists nowhere
 * else. This process stays in the network of the machine. A small process inside, the connector, opens the connections
 * and hands them over; a connection stays in the network in which it was opened, whoever holds it. So a request takes
 * no detour.
 */
export type OwnNetwork = {
  /** An address for requests that use the agent. Its host name exists nowhere (RFC 6761), so nothing reaches another server by mistake. */
  endpoint: string;
  agent: Agent;
  port: number;
  /** Runs a program in the network, as long as its standard input is open. */
  launch(command: string[], env: NodeJS.ProcessEnv): ChildProcess;
};

/** Any port is free in a new network. */
const PORT = 8000;
const ENDPOINT = 'http://embedded-dynamodb.invalid';
/** This is what the AWS SDK allows itself without an agent of ours. */
const MOST_CONNECTIONS = 50;

/**
 * A user who is not root may make a network only in a user namespace. The network is made after the namespace, and not
 * together with it, because otherwise its files in /sys would belong to root, and LOOPBACK_UP could not write them.
 */
const APART = ['unshare', '--user', '--map-root-user', 'unshare', '--net', '/bin/sh', '-c'];

/** A new network has 127.0.0.1 switched off. Not every machine has `ip`; `mount` comes with `unshare`. */
const LOOPBACK_UP = `{
  ip link set lo up 2>/dev/null ||
  unshare --mount /bin/sh -c 'mount -t sysfs sysfs /sys && echo 9 > /sys/class/net/lo/flags'
}`;

const CONNECTOR = fileURLToPath(new URL('./connector.ts', import.meta.url));

/** Tries whether the system lets this process make a network. Returns what the system said if it does not. */
export function networkRefusal(): Promise<string | undefined> {
  const [program = '', ...args] = [...APART, LOOPBACK_UP];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
  });
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code) => resolve(code === 0 ? undefined : said.trim() || `exit code ${code}`));
  });
}

/** Call `networkRefusal` first, because nothing here works if the system refuses the network. */
export function ownNetwork(): OwnNetwork {
  let open: () => Promise<Socket> = async () => {
    throw refused('the embedded DynamoDB has not been started');
  };
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });
  agent.createConnection = (_, callback) => {
    open().then(
      (socket) => callback?.(null, socket),
      // The types ask for a connection even if there is an error. Node does not look at it then.
      (error) => (callback as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  };
  return {
    endpoint: ENDPOINT,
    agent,
    port: PORT,
    launch(command, env) {
      // The shell becomes the command, and so leaves the channel to this process to the connector alone.
      const script = `${LOOPBACK_UP} || exit; NODE_OPTIONS= "$0" "$1" ${PORT} & shift; exec "$@"`;
      const [program = '', ...args] = [...APART, script, process.execPath, CONNECTOR, ...command];
      const child = spawn(program, args, {
        stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
        // Ctrl-C goes to all processes of a terminal's group, and the database has to outlive the work that is finished then.
        detached: true,
        env,
      });
      open = connectionsOf(child);
      return child;
    },
  };
}

/** Returns a function that asks the connector for a connection. */
function connectionsOf(child: ChildProcess): () => Promise<Socket> {
  type Waiting = { resolve(socket: Socket): void; reject(error: Error): void };
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  child.on('message', ({ id, error }: { id: number; error?: string }, socket) => {
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (socket) resolve?.(socket as Socket);
    else reject?.(refused(error ?? 'the connection was closed while it was handed over'));
  });
  child.once('disconnect', () => {
    for (const { reject } of waiting.values()) reject(refused('the embedded DynamoDB has ended'));
    // Without its connector the server is of no use, so both are ended, and started again together.
    child.stdin?.end();
  });
  child.once('exit', () => {
    if (child.connected) child.disconnect();
  });
  return () =>
    new Promise((resolve, reject) => {
      if (!child.connected) return reject(refused('the embedded DynamoDB has ended'));
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      child.send({ id }, (error) => error && waiting.delete(id) && reject(refused(error.message)));
    });
}

/** Makes an error with the code after which the AWS SDK tries again. */
function refused(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNREFUSED' });
}
