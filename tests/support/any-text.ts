import fc from 'fast-check';

/**
 * Returns any text, of any code points but halves of surrogate pairs. `fc.string` with the unit 'binary' gives the same text, and takes
 * a second to build a table of all code points before its first one.
 */
export function anyText(constraints: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ ...constraints, unit: codePoint });
}

const FIRST_HALF = 0xd800;
const HALVES = 0x800;
const codePoint = fc
  .integer({ min: 0, max: 0x10ffff - HALVES })
  .map((code) => String.fromCodePoint(code < FIRST_HALF ? code : code + HALVES));
