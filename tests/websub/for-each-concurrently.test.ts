import { expect, it } from 'vitest';
import { forEachConcurrently } from '../../functions/websub/for-each-concurrently.ts';

async function* numbers(count: number): AsyncGenerator<number, string> {
  for (let n = 1; n <= count; n++) yield n;
  return 'through';
}

it('forEachConcurrently works on so many values at a time, and returns what the generator returned', async () => {
  let underWay = 0;
  let most = 0;
  const worked: number[] = [];
  const returned = await forEachConcurrently(numbers(20), 3, async (n) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise(setImmediate);
    underWay -= 1;
    worked.push(n);
  });
  expect(returned).toBe('through');
  expect(most).toBe(3);
  expect(worked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

it('forEachConcurrently begins no more work after a failure, and throws once the work under way has ended', async () => {
  const ended: number[] = [];
  const slow = Promise.withResolvers<void>();
  const work = forEachConcurrently(numbers(20), 3, async (n) => {
    if (n === 2) throw new Error('two');
    await slow.promise;
    ended.push(n);
  });
  let isSettled = false;
  work
    .catch(() => {})
    .finally(() => {
      isSettled = true;
    });
  await new Promise(setImmediate);
  expect(isSettled).toBe(false);
  slow.resolve();
  await expect(work).rejects.toThrow('two');
  expect(ended).toEqual([1, 3]);
});
