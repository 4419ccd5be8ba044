import { it } from 'vitest';
import { expectBoundedMemory, expectOneReminder } from './bounds.ts';

it('of very many topics only so many bytes of documents are remembered, those that were read last', async () => {
  await expectBoundedMemory(25, 12_000, 210_000);
});

it('any number of deliveries that failed is reminded of once, at the first retry', async () => {
  await expectOneReminder(1000);
});
