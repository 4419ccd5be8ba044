import fc from 'fast-check';
import { addressParser } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { parseNamedAddress, writtenAddress } from '../../functions/shared/named-address.ts';

/** What is written is read by the parser of another project, which does not share a line with ours. */
function readByOthers(text: string) {
  const named = parseNamedAddress(text);
  return named && addressParser(writtenAddress(named));
}

describe('an address with a name', () => {
  it.each([
    ['Harbour, Post (news)', '"Harbour, Post (news)"'],
    ['St. Paul Post', '"St. Paul Post"'],
    ['News @ Noon', '"News @ Noon"'],
    ['Culture: books; films', '"Culture: books; films"'],
    ['Post [city] <3', '"Post [city] <3"'],
    ['The "Daily" Post', '"The \\"Daily\\" Post"'],
    ['Back\\slash', '"Back\\\\slash"'],
    ['El Periódico, hoy', '"El Periódico, hoy"'],
    ['El Periódico', 'El Periódico'],
    ['O’Neil & Sons', 'O’Neil & Sons'],
    ["The Reader's Post!", "The Reader's Post!"],
    ['新聞', '新聞'],
  ])('called %s is written as %s, and is one address to another parser', (name, written) => {
    const named = parseNamedAddress(`${name} <news@paper.example>`);
    expect(named).toEqual({ name, address: 'news@paper.example' });
    expect(named && writtenAddress(named)).toBe(`${written} <news@paper.example>`);
    expect(readByOthers(`${name} <news@paper.example>`)).toEqual([{ name, address: 'news@paper.example' }]);
  });

  it.each([
    ['"Harbour, Post"', 'Harbour, Post', '"Harbour, Post"'],
    ['"Harbour Post"', 'Harbour Post', 'Harbour Post'],
    ['"The \\"Daily\\" Post"', 'The "Daily" Post', '"The \\"Daily\\" Post"'],
  ])('that is quoted already as %s is not quoted twice', (quoted, name, written) => {
    const named = parseNamedAddress(`${quoted} <news@paper.example>`);
    expect(named?.name).toBe(name);
    expect(named && writtenAddress(named)).toBe(`${written} <news@paper.example>`);
  });

  it('is one address with this name, whatever characters the name has', () => {
    const names = fc
      .array(fc.oneof(fc.constantFrom(...'",;:@()<>[]\\. é'), fc.string({ unit: 'grapheme', maxLength: 3 })))
      .map((parts) =>
        parts
          .join('')
          .replace(/\s+/gu, ' ')
          .replace(/\p{Cc}/gu, '')
          .trim(),
      )
      // Others decode a name of this form (RFC 2047), also in quotes.
      .filter((name) => !name.includes('=?'));
    fc.assert(
      fc.property(names, (name) => {
        const written = writtenAddress({ name: name || undefined, address: 'news@paper.example' });
        expect(addressParser(written)).toEqual([{ name, address: 'news@paper.example' }]);
      }),
      { numRuns: 300 },
    );
  });
});

it.each([
  ['news@paper.example', { name: undefined, address: 'news@paper.example' }],
  [' <news@paper.example> ', { name: undefined, address: 'news@paper.example' }],
  ['Post   of  Port <news@paper.example>', { name: 'Post of Port', address: 'news@paper.example' }],
  ['Post', undefined],
  ['Post <news>', undefined],
  ['a@paper.example, b@paper.example', undefined],
  ['A <a@paper.example>, B <b@paper.example>', undefined],
  ['a,b@paper.example', undefined],
  ['(news)a@paper.example', undefined],
  ['"a b"@paper.example', undefined],
  ['.a@paper.example', undefined],
  ['a..b@paper.example', undefined],
  ['a\u200b@paper.example', undefined],
  ['a b@paper.example', undefined],
  ['Post <a@paper .example>', undefined],
  ['Team: a@paper.example;', undefined],
])('%j is read as %j', (text, named) => expect(parseNamedAddress(text)).toEqual(named));

it('the domain of a named address is written in ASCII, and its name is not', () => {
  const named = parseNamedAddress('El Periódico <hola@españa.example>');
  expect(named && writtenAddress(named)).toBe('El Periódico <hola@xn--espaa-rta.example>');
});
