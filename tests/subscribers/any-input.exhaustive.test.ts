import { it } from 'vitest';
import { parseAnyAddress, signUpInAnyScript, writeAndReadCells } from './any-input.ts';

it('40 internationalised addresses are accepted, and mailed with their domains in ASCII', async () => {
  await signUpInAnyScript(40);
});

it('of 2,000 texts, none that is accepted as an address can end a mail header or begin another one', () => {
  parseAnyAddress(2000);
});

it('500 files with generated cells have the same cells after they are written and read', async () => {
  await writeAndReadCells(500);
});
