import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { expect } from 'vitest';
import { cellText, csvText } from '../../functions/subscribers/csv-cells.ts';
import { csvRows } from '../../functions/subscribers/csv-rows.ts';
import { parseReaderAddress } from '../../functions/subscribers/email-address.ts';
import { anyText } from '../support/any-text.ts';
import { setUp } from '../support/installation.ts';

/** Tests with generated addresses and cells. `numRuns` says how many are generated. */

/** Letters of the scripts in which addresses are written (RFC 6531), in composed form. */
const letters = fc.string({
  unit: fc.constantFrom(...'abcxyz019ñéüößçåжиюλωβ你好邮日本語한국مرحباहिन्दीไทย'.normalize('NFC')),
  minLength: 1,
  maxLength: 12,
});
const label = letters.filter((text) => parseReaderAddress(`a@${text}.example`).ok);

/**
 * Signs up internationalised addresses of any script. Expects that each is accepted, and mailed with its domain in
 * ASCII.
 */
export async function signUpInAnyScript(numRuns: number): Promise<void> {
  const world = await setUp();
  const typed: string[] = [];
  await fc.assert(
    fc.asyncProperty(letters, label, async (local, domain) => {
      const email = `${local}@${domain}.example`;
      typed.push(email);
      world.pass(3600_000);
      const answer = await world.request('/subscriptions', {
        method: 'POST',
        body: { email, editions: ['daily'] },
      });
      expect([email, answer.status]).toEqual([email, 202]);
      await world.queue.drain();
      expect(world.mails.at(-1)?.to).toBe(`${local}@${domainToASCII(`${domain}.example`)}`);
    }),
    {
      numRuns,
      examples: [
        ['你好', 'españa'],
        ['josé', '日本語'],
      ],
    },
  );
  expect(
    typed.some((email) => /[^\0-\x7f].*@/.test(email)) && typed.some((email) => /@.*[^\0-\x7f]/.test(email)),
  ).toBe(true);
}

/**
 * Parses generated texts. Expects that none that is accepted as an address can end a mail header or begin another one.
 */
export function parseAnyAddress(numRuns: number): void {
  fc.assert(
    fc.property(anyText(), anyText(), (local, domain) => {
      for (const typed of [`${local}@${domain}`, `${local}@reader.example`, `ana@${domain}.example`]) {
        const read = parseReaderAddress(typed);
        if (!read.ok) continue;
        expect(read.address).not.toMatch(/[\s\p{Cc}<>,;"]/u);
        // The address stays the same when it is parsed again.
        expect(parseReaderAddress(read.address)).toEqual(read);
      }
    }),
    { numRuns },
  );
}

/** Writes generated cells to a file and reads the file. Expects the same cells. */
export async function writeAndReadCells(numRuns: number): Promise<void> {
  const cell = fc.oneof(
    anyText(),
    fc.string({
      unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '＝', '"', ',', ';', '\n', 'a', 'é', '😀'),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
      async (rows) => {
        // Programs that read text take a lone \r for the end of a line, so no cell of an export has one.
        const clean = rows.map((cells) =>
          cells.map((text) =>
            text
              .toWellFormed()
              .replace(/\r/g, ' ')
              .replace(/^\uFEFF/, ''),
          ),
        );
        const read: string[][] = [];
        for await (const { cells } of csvRows([
          Buffer.from(csvText(clean)),
        ] as unknown as AsyncIterable<Uint8Array>))
          read.push(cells.map(cellText));
        expect(read).toEqual(clean);
      },
    ),
    { numRuns },
  );
}
