import { it } from 'vitest';
import { expectBoundedMemory, expectOneReminder } from './bounds.ts';

it('the documents of very many topics are remembered up to 32 MB, those that were read last', async () => {
  await expectBoundedMemory(50, 900_000);
});

it('200,000 failed deliveries cause one message, at the time of the first retry', async () => {
  await expectOneReminder(200_000);
});
