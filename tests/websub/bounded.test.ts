import { it } from 'vitest';
import { expectBoundedMemory, expectOneReminder } from './bounds.ts';

it('the documents of very many topics are remembered up to a limit in bytes, those that were read last', async () => {
  await expectBoundedMemory(25, 12_000, 210_000);
});

it('any number of failed deliveries causes one message, at the time of the first retry', async () => {
  await expectOneReminder(1000);
});
