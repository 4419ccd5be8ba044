import { it } from 'vitest';
import { parseAnyAddress, signUpInAnyScript, writeAndReadCells } from './any-input.ts';

it('40 internationalised addresses are taken, and mailed with their domains in ASCII', async () => {
  await signUpInAnyScript(40);
});

it('nothing of 2,000 texts that is taken for an address can end a header, or begin another', () => {
  parseAnyAddress(2000);
});

it('500 files of any cells are the same again after writing and reading', async () => {
  await writeAndReadCells(500);
});
