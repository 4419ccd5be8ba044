import { expect, it } from 'vitest';
import { killErasure } from './killed-erasure.ts';

it.each(['before', 'after'] as const)(
  'an erasure that dies %s any of its writes is ended by the next press of the button, and mails nobody in between',
  async (effect) => {
    let writes = 0;
    while (await killErasure(writes, effect)) writes += 1;
    // An erasure writes the hash, erases the traces and erases the reader.
    expect(writes).toBe(3);
  },
);
