import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { freePort } from '../../functions/adapters/one-machine/dynoxide.ts';
import { type Clone, cloneWith, OF_THE_TESTS, REPOSITORY } from './clone.ts';

/** `npm start` in a process of its own, with a port and a folder of its own. */
export type Running = {
  child: ChildProcess;
  url: string;
  output(): string;
  /** Resolves with how it ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

export const TOKEN = 'bs_token-of-the-process-tests';

/** Node keeps here what it has compiled, so that a process starts in two thirds of the time. It compiles a file again that changed. */
export const COMPILED = join(REPOSITORY, 'node_modules', '.cache', 'broadsheet-tests');

let clone: Clone | undefined;

/** Call this at the top of a test file. Its processes then run in a clone that has the publication of the tests. */
export function useClone(): void {
  beforeAll(() => {
    clone = cloneWith(OF_THE_TESTS);
  });
  afterAll(() => {
    clone?.remove();
    clone = undefined;
  });
}

/** Returns the folder in which the processes of this test file run. */
export function cloneFolder(): string {
  if (!clone) throw new Error('call useClone() at the top of the test file');
  return clone.folder;
}

/** Takes what is to be done at an end: of a test, or of the last test that shares a process. */
type AtEnd = (end: End) => void;
type End = () => void | Promise<void>;

/** Call in a `describe` whose tests share processes and folders. What it returns ends them after the last of these tests. */
export function afterLastTest(): AtEnd {
  const ends: End[] = [];
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });
  return (end) => void ends.push(end);
}

/** Returns a folder that is removed with the test. */
export function dataFolder(atEnd: AtEnd = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What `npm start` runs in the end. */
export const ITSELF: [string, ...string[]] = [process.execPath, 'functions/local.ts'];
/** As people type it. */
export const BY_NPM: [string, ...string[]] = ['npm', 'start'];
type How = {
  command?: [string, ...string[]];
  /** The repository or a clone of it. Unset: the clone of the test file. */
  cwd?: string;
  /** Unset: the process is killed with the test. */
  atEnd?: AtEnd;
};

/** Starts the process and waits until it says that it is ready. Rejects with the output of a process that ends before. */
export async function start(
  folder: string,
  env: Record<string, string> = {},
  { command = ITSELF, cwd = cloneFolder(), atEnd = onTestFinished }: How = {},
): Promise<Running> {
  const how = { command, cwd, atEnd };
  if (env.PORT !== undefined) return startAt(env.PORT, folder, env, how);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startAt(String(await freePort()), folder, env, how);
    } catch (error) {
      // Another test that runs at the same time has taken the port.
      if (attempt === 3 || !String(error).includes('the port is in use')) throw error;
    }
  }
}

async function startAt(
  port: string,
  folder: string,
  env: Record<string, string>,
  { command: [program, ...args], cwd, atEnd }: Required<How>,
): Promise<Running> {
  const url = `http://localhost:${port}`;
  const child = spawn(program, args, {
    cwd,
    env: {
      ...cleanEnvironment(),
      NODE_COMPILE_CACHE: COMPILED,
      PORT: port,
      BROADSHEET_DATA: folder,
      BROADSHEET_EDITOR_TOKEN: TOKEN,
      BROADSHEET_SAMPLES: 'off',
      // A machine that refuses the database a network of its own can run the tests too.
      BROADSHEET_ALLOW_LOCAL_USERS: 'on',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  atEnd(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const ready = new Promise<void>((resolve) => {
    const read = (data: Buffer) => {
      output += data;
      if (output.includes(`ready ${url}`)) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
  await Promise.race([
    ready,
    ended.then(({ code }) => Promise.reject(new Error(`ended with ${code}: ${output}`))),
  ]);
  return { child, url, output: () => output, ended };
}

/** Returns the processes that this one has started, and those that they have started: process id → command line. */
export function processesUnder({ child }: Running): Map<number, string> {
  const found = new Map<number, string>();
  const parents = new Set([child.pid]);
  // A process has a higher number than its parent, unless the numbers have begun again. So the list is read until nothing is new.
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const line of execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')) {
      const [, pid, parent, command = ''] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
      if (!parents.has(Number(parent))) continue;
      parents.add(Number(pid));
      found.set(Number(pid), command);
    }
  }
  return found;
}

/** Sends a POST with the owner's token. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
  });
}

export const get = (url: string) => fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });

/** Returns the environment of the tests without the variables of their own `npm`, and without settings of Broadsheet. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|BROADSHEET_|RESEND_|AWS_|VITEST|PORT$|CERTIFICATE_ARN$|ALARM_EMAIL$)/.test(name),
    ),
  );
}
