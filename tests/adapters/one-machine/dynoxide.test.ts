import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startDynoxide } from '../../../functions/adapters/one-machine/dynoxide.ts';
import { MINUTE_MILLISECONDS } from '../../../functions/shared/clock.ts';

/** Starts a database whose deaths are counted by a clock that the test moves. */
async function database() {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'broadsheet.db');
  const time = { now: Date.parse('2026-11-22T12:00:00.000Z') };
  const restarts: string[] = [];
  const deaths: string[] = [];
  const { stop } = await startDynoxide({
    file,
    reachableBy: 'everybody',
    clock: () => time.now,
    onRestart: (reason) => restarts.push(reason),
    onDead: (reason) => deaths.push(reason),
  });
  onTestFinished(stop);
  return {
    time,
    restarts,
    deaths,
    async dies() {
      const before = restarts.length + deaths.length;
      process.kill(Number(readFileSync(`${file}.pid`, 'utf8')), 'SIGKILL');
      await vi.waitUntil(() => restarts.length + deaths.length > before, { timeout: 10_000, interval: 5 });
    },
  };
}

test('a database that dies four times within ten minutes is given up', async () => {
  const { dies, time, restarts, deaths } = await database();
  for (let death = 1; death <= 3; death++) {
    await dies();
    time.now += 3 * MINUTE_MILLISECONDS;
  }
  expect([restarts.length, deaths]).toEqual([3, []]);
  await dies();
  expect(restarts).toHaveLength(3);
  expect(deaths).toEqual([
    'the embedded DynamoDB ended unexpectedly (exit code 137), 4 times within 10 minutes',
  ]);
});

test('a database that dies now and then is started again each time', async () => {
  const { dies, time, restarts, deaths } = await database();
  for (let death = 1; death <= 6; death++) {
    await dies();
    time.now += 4 * MINUTE_MILLISECONDS;
  }
  expect([restarts.length, deaths]).toEqual([6, []]);
});
