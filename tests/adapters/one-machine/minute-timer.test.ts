import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { minuteTimer } from '../../../functions/adapters/one-machine/minute-timer.ts';
import { setUp } from '../../support/installation.ts';
import { postStory, slotsOf } from '../../support/newsroom.ts';

// The test decides when the seconds of the timer pass. The code that talks to the database keeps its real timers.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const NOON = Date.parse('2026-11-22T12:00:00.000Z');

/** Returns a timer with a clock of its own. `ticks` has the times at which it ticked, in seconds after noon. */
function timerAt(secondsAfterNoon: number, tick: () => Promise<void> = async () => {}) {
  const time = { now: NOON + secondsAfterNoon * SECOND };
  const ticks: number[] = [];
  const errors: unknown[] = [];
  const timer = minuteTimer({
    clock: () => time.now,
    log: { info() {}, warn() {}, error: (message, fields) => void errors.push([message, fields?.error]) },
    tick: () => {
      ticks.push((time.now - NOON) / SECOND);
      return tick();
    },
  });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      time.now += SECOND;
      await vi.advanceTimersByTimeAsync(SECOND);
    }
  };
  return { ...timer, time, ticks, errors, pass };
}

describe('the timer of one machine', () => {
  it('ticks at once, and then once a minute when the minute begins', async () => {
    const timer = timerAt(50);
    timer.start();
    expect(timer.ticks).toEqual([50]);
    await timer.pass(190);
    expect(timer.ticks).toEqual([50, 60, 120, 180, 240]);
  });

  it('goes on with one tick when the machine has slept for hours', async () => {
    const timer = timerAt(0);
    timer.start();
    timer.time.now += 8 * HOUR + 25 * SECOND;
    await timer.pass(60);
    expect(timer.ticks).toEqual([0, 8 * 3600 + 26, 8 * 3600 + 60]);
  });

  it('goes on when the clock was set back, and when it was set forward', async () => {
    const timer = timerAt(0);
    timer.start();
    await timer.pass(10);
    timer.time.now -= HOUR;
    await timer.pass(60);
    timer.time.now += HOUR;
    await timer.pass(60);
    expect(timer.ticks).toEqual([0, -3589, -3540, 71, 120]);
  });

  it('never runs two ticks at once, and makes up for the minutes of a long tick with a single tick', async () => {
    const long = Promise.withResolvers<void>();
    const timer = timerAt(0, () => (timer.ticks.length === 1 ? long.promise : Promise.resolve()));
    timer.start();
    await timer.pass(200);
    expect(timer.ticks).toEqual([0]);
    long.resolve();
    await timer.pass(100);
    expect(timer.ticks).toEqual([0, 201, 240, 300]);
  });

  it('writes an error line for a tick that fails, and tries again in the next minute', async () => {
    const failure = new Error('the table does not answer');
    const timer = timerAt(0, async () => {
      if (timer.ticks.length === 1) throw failure;
    });
    timer.start();
    await timer.pass(120);
    expect(timer.ticks).toEqual([0, 60, 120]);
    expect(timer.errors).toEqual([['the tick of this minute failed; the next minute tries again', failure]]);
  });

  it('finishes a tick that is running when the timer is stopped, and begins no other tick', async () => {
    const running = Promise.withResolvers<void>();
    const timer = timerAt(0, () => running.promise);
    timer.start();
    let hasStopped = false;
    const stopped = timer.stop().then(() => {
      hasStopped = true;
    });
    await timer.pass(90);
    expect(hasStopped).toBe(false);
    running.resolve();
    await stopped;
    await timer.pass(90);
    expect(timer.ticks).toEqual([0]);
  });
});

it('on one machine an issue starts within a second of its slot, and only once', async () => {
  const world = await setUp();
  await postStory(world);
  let ticked = Promise.resolve();
  const timer = minuteTimer({
    clock: world.now,
    log: world.log,
    tick: () => {
      ticked = world.tick();
      return ticked;
    },
  });
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      world.pass(SECOND);
      await vi.advanceTimersByTimeAsync(SECOND);
      await ticked;
    }
  };
  // Half past seven in New York is 12:30 UTC in November.
  world.time.now = Date.parse('2026-11-22T12:28:20.500Z');
  timer.start();
  await ticked;
  await pass(99);
  expect(await slotsOf(world)).toEqual([]);
  await pass(1);
  expect(await slotsOf(world)).toEqual(['2026-11-22-0730']);
  await pass(150);
  await timer.stop();
  expect(await slotsOf(world)).toEqual(['2026-11-22-0730']);
});
