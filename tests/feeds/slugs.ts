import fc from 'fast-check';
import { expect } from 'vitest';
import { isSlug, slugOf } from '../../functions/shared/text.ts';
import { anyText } from '../support/any-text.ts';

/** Making a slug of a slug changes nothing, in `numRuns` names of any script. */
export function slugAnyText(numRuns: number): void {
  fc.assert(
    fc.property(anyText({ maxLength: 400 }), (name) => {
      const slug = slugOf(name);
      expect(slug === '' || isSlug(slug)).toBe(true);
    }),
    { numRuns },
  );
}
