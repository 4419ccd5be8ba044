import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../functions/adapters/one-machine/dynoxide.ts';

/** `npm start` as a process of its own, on a free port and a folder of its own. */
export type Running = {
  child: ChildProcess;
  url: string;
  output(): string;
  /** Resolves with how it ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

export const TOKEN = 'bs_token-of-the-process-tests';

/** A folder that is removed with the test. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What `npm start` runs in the end. */
const ITSELF = [process.execPath, 'functions/local.ts'];
/** As people type it. */
export const BY_NPM = ['npm', 'start'];

/** Starts it and waits until it says that it is ready; rejects with its output where it ends before. */
export async function start(
  folder: string,
  env: Record<string, string> = {},
  command = ITSELF,
): Promise<Running> {
  if (env.PORT !== undefined) return startAt(env.PORT, folder, env, command);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startAt(String(await freePort()), folder, env, command);
    } catch (error) {
      // Another of the tests at the same time was faster.
      if (attempt === 3 || !String(error).includes('the port is in use')) throw error;
    }
  }
}

async function startAt(
  port: string,
  folder: string,
  env: Record<string, string>,
  [program = '', ...args]: string[],
): Promise<Running> {
  const url = `http://localhost:${port}`;
  const child = spawn(program, args, {
    env: {
      ...cleanEnvironment(),
      PORT: port,
      BROADSHEET_DATA: folder,
      BROADSHEET_EDITOR_TOKEN: TOKEN,
      BROADSHEET_SAMPLES: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(async () => {
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

/** A POST with the owner's token. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
  });
}

export const get = (url: string) => fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });

/** Without what the tests' own npm run brought along. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|BROADSHEET_|RESEND_|AWS_|VITEST|PORT$)/.test(name),
    ),
  );
}
