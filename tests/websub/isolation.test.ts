import { expect, it, vi } from 'vitest';
import { memoryQueue } from '../../functions/adapters/one-machine/memory-queue.ts';
import type { CallbackAnswer, Callbacks } from '../../functions/websub/callbacks.ts';
import { postStory } from '../support/newsroom.ts';
import { fieldsOf, hub, post } from './hub.ts';

/** Returns callbacks that do not answer before `letGo`. A real server could not wait for exactly that long. */
function silentCallbacks(): { callbacks: Callbacks; asked(): number; letGo(): void } {
  const waiting: ((answer: CallbackAnswer) => void)[] = [];
  const ask = () => new Promise<CallbackAnswer>((resolve) => void waiting.push(resolve));
  return {
    callbacks: { get: ask, post: ask },
    asked: () => waiting.length,
    letGo: () => {
      for (const resolve of waiting) resolve({ kind: 'silent', reason: 'it did not answer' });
    },
  };
}

it('thirty callbacks that do not answer are waited for at the same time', async () => {
  const { callbacks, asked, letGo } = silentCallbacks();
  const world = await hub({ callbacks });
  for (let n = 0; n < 30; n++) await post(world, fieldsOf(`https://h${n}.example/cb`));
  const drained = world.queue.drain();
  await vi.waitFor(() => expect(asked()).toBe(30), { timeout: 10_000 });
  letGo();
  await drained;
});

it('messages that wait for the servers of subscribers delay no mail', async () => {
  const { promise: answer, resolve: answered } = Promise.withResolvers<void>();
  const done: string[] = [];
  const queue = memoryQueue({
    clock: () => 0,
    ids: () => 'id',
    log: { info() {}, warn() {}, error() {} },
    automatic: true,
    handler: (message) => async () => {
      if (message.kind === 'verify') await answer;
      done.push(message.kind);
      return { batchItemFailures: [] };
    },
  });
  await queue.send(Array.from({ length: 20 }, (_, n) => ({ kind: 'verify' as const, id: String(n) })));
  await queue.send([{ kind: 'compose', edition: 'daily', slot: 'now' }]);
  await vi.waitFor(() => expect(done).toEqual(['compose']));
  answered();
  await queue.stop();
});

it('a hub that cannot read its requests delays no event of the newsroom', async () => {
  const world = await hub({ faults: { lose: ({ kind }) => kind === 'outbox' } });
  await postStory(world);
  const next = await hub({ sharing: world });
  next.services.verifications.due = () => Promise.reject(new Error('throttled'));
  next.pass(60_000);
  await expect(next.sweep()).rejects.toThrow('throttled');
  expect(next.queue.waiting()).toBe(1);
  await next.queue.drain();
  expect(await next.services.outbox.leftBefore('9999', 10)).toEqual([]);
});
