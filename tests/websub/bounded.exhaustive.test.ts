import { it } from 'vitest';
import { expectBoundedMemory, expectOneReminder } from './bounds.ts';

it('of very many topics some 32 MB of documents are remembered, those that were read last', async () => {
  await expectBoundedMemory(50, 900_000);
});

it('200,000 deliveries that failed are reminded of once, at the first retry', async () => {
  await expectOneReminder(200_000);
});
