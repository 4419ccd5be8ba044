import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dataFolder, get, post, processesUnder, type Running, start, TOKEN } from '../support/process.ts';

export const story = (id: string) => ({
  id,
  title: `Story ${id}`,
  content: { html: `<p>${id}</p>` },
  language: 'en',
  section: 'harbour',
});

/** What a client had been answered before the process died: the ids of stories and the addresses of readers. */
type Told = { stories: string[]; readers: Set<string> };
type Import = { url: string; readers: number; told(line: string): void };

/** In each round the process is killed only after it has accepted this many stories. */
const STORIES_A_ROUND = 20;

/** Posts stories until the process dies, and adds the stories that were answered with 201. */
async function postStories({ url }: Running, round: number, { stories }: Told): Promise<void> {
  for (let n = 0; ; n++) {
    // Four requests run at once, so that the kill is likely to come between a write and its answer.
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((part) => {
        const id = `r${round}-${n}${part}`;
        return post(`${url}/api/articles`, story(id)).then(
          ({ status }) => ({ id, status }),
          () => undefined,
        );
      }),
    );
    for (const answer of answers) if (answer?.status === 201) stories.push(answer.id);
    if (answers.includes(undefined)) return;
  }
}

/** Sends a file of readers, and calls `told` with each line of the report. Rejects if the process dies. */
async function importReaders({ url, readers, told }: Import): Promise<void> {
  const answer = await fetch(`${url}/api/subscribers/import?editions=daily,weekly&consent=List+of+2019`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv' },
    body: `email\n${Array.from({ length: readers }, (_, index) => `reader${index}@reader.example\n`).join('')}`,
  });
  expect(answer.status).toBe(200);
  let held = '';
  for await (const part of answer.body ?? []) {
    const lines = (held + Buffer.from(part).toString()).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) told(line);
  }
}

/** Kills a process that takes stories and readers at the same time, and waits for its end. */
async function killAtWork(running: Running, round: number, killAfter: number, readers: number, all: Told) {
  const before = all.stories.length;
  const posting = postStories(running, round, all);
  let lines = 0;
  const importing = importReaders({
    url: running.url,
    readers,
    told(line) {
      lines += 1;
      const { email } = JSON.parse(line);
      if (email) all.readers.add(email);
      if (lines >= killAfter && all.stories.length >= before + STORIES_A_ROUND) running.child.kill('SIGKILL');
    },
  });
  const started = [...processesUnder(running).keys()];
  expect(started.length).toBeGreaterThan(1);
  await expect(importing).rejects.toThrow();
  await posting;
  expect((await running.ended).signal).toBe('SIGKILL');
  await expect.poll(() => started.filter(isAlive), { timeout: 5_000 }).toEqual([]);
}

/** Returns the addresses of all readers, as the export has them. */
async function addresses({ url }: Running): Promise<string[]> {
  const rows = (await (await get(`${url}/api/subscribers`)).text()).split('\r\n').slice(1, -1);
  return rows.map((row) => row.split(',')[0] ?? '');
}

/** A process that has ended keeps its number, in the state Z, until its parent has asked how it ended. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function databasesOf(folder: string): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /dynoxide --port/.test(line) && line.includes(folder) && !line.startsWith('/bin/sh'));
}

/** `rounds` has a number for each round: after so many lines of the report of the import, the process is killed. */
export function killTest(rounds: number[], readers: number): void {
  const times = rounds.length === 1 ? '' : `, ${rounds.length} times`;
  it(`everything that was answered before kill -9 in the middle of posts and an import is stored, and nothing is left running${times}`, async () => {
    const folder = dataFolder();
    const told: Told = { stories: [], readers: new Set() };
    for (const [round, killAfter] of rounds.entries())
      await killAtWork(await start(folder), round, killAfter, readers, told);

    const after = await start(folder);
    // The start waits for the lock and ends the old database, so only the database of the new process is running.
    expect(databasesOf(folder)).toHaveLength(1);
    const statuses = await Promise.all(
      told.stories.map(async (id) => (await get(`${after.url}/api/articles/${id}`)).status),
    );
    expect(told.stories.length).toBeGreaterThanOrEqual(rounds.length * STORIES_A_ROUND);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const feed = (await (await fetch(`${after.url}/feed.json`)).json()) as { items: unknown[] };
    expect(feed.items.length).toBeGreaterThanOrEqual(Math.min(50, told.stories.length));
    const stored = new Set(await addresses(after));
    expect(told.readers.size).toBeGreaterThanOrEqual(Math.max(...rounds));
    expect(stored.size).toBeLessThan(readers);
    expect([...told.readers].filter((email) => !stored.has(email))).toEqual([]);

    // After the whole file was sent again, every reader is there once.
    const lines: string[] = [];
    await importReaders({ url: after.url, readers, told: (line) => lines.push(line) });
    expect(JSON.parse(lines.at(-1) ?? '{}').summary).toMatchObject({
      complete: true,
      unchanged: stored.size,
      added: readers - stored.size,
    });
    const all = await addresses(after);
    expect(all).toHaveLength(readers);
    expect(new Set(all).size).toBe(readers);
  });
}
