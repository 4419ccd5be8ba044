import { expect, it, vi } from 'vitest';
import { dataFolder, get, start, TOKEN, useClone } from '../support/process.ts';

vi.setConfig({ testTimeout: 120_000 });
useClone();

const READERS = 1500;
const file = `email\n${Array.from({ length: READERS }, (_, index) => `reader${index}@reader.example\n`).join('')}`;

/** Sends the file; calls `told` with each line of the report. Rejects where the process dies. */
async function send(url: string, told: (line: string) => void): Promise<void> {
  const answer = await fetch(`${url}/api/subscribers/import?editions=daily,weekly&consent=List+of+2019`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv' },
    body: file,
  });
  expect(answer.status).toBe(200);
  let held = '';
  for await (const part of answer.body ?? []) {
    const lines = (held + Buffer.from(part).toString()).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) told(line);
  }
}

it('kill -9 in the middle of an import, again and again: what was reported is stored, and the whole file makes every reader once', async () => {
  const folder = dataFolder();
  const reported = new Set<string>();
  for (const killAfter of [50, 400, 900]) {
    const running = await start(folder);
    let lines = 0;
    const broken = send(running.url, (line) => {
      lines += 1;
      const { email } = JSON.parse(line);
      if (email) reported.add(email);
      if (lines === killAfter) running.child.kill('SIGKILL');
    });
    await expect(broken).rejects.toThrow();
    expect((await running.ended).signal).toBe('SIGKILL');
  }
  const after = await start(folder);
  const addresses = async () =>
    (await (await get(`${after.url}/api/subscribers`)).text())
      .split('\r\n')
      .slice(1, -1)
      .map((row) => row.split(',')[0]);
  const stored = new Set(await addresses());
  expect(reported.size).toBeGreaterThanOrEqual(900);
  expect(stored.size).toBeLessThan(READERS);
  expect([...reported].filter((email) => !stored.has(email))).toEqual([]);

  let summary: unknown;
  await send(after.url, (line) => {
    summary = JSON.parse(line).summary;
  });
  expect(summary).toMatchObject({ complete: true, unchanged: stored.size, added: READERS - stored.size });
  const all = await addresses();
  expect(all).toHaveLength(READERS);
  expect(new Set(all).size).toBe(READERS);
});
