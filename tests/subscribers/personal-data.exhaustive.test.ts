import { expect, it } from 'vitest';
import { killErasure } from './killed-erasure.ts';

it.each(['before', 'after'] as const)(
  'an erasure that dies %s any of its writes is ended by the next press, and mails nobody in between',
  async (effect) => {
    let writes = 0;
    while (await killErasure(writes, effect)) writes += 1;
    // The hash, the traces, the reader.
    expect(writes).toBe(3);
  },
);
