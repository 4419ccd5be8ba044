import { stringify } from 'csv-stringify/sync';

/**
 * Matches a cell that a spreadsheet would run as a formula, also one with a full-width sign (OWASP, CSV Injection).
 * Writing puts an apostrophe in front of such a cell, which makes it text. A cell that already begins with apostrophes
 * matches too and gets one more, so that reading removes exactly the one that writing added.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NEUTRALISED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/** Writes rows as text/csv (RFC 4180). No cell can run as a formula in a spreadsheet. */
export function csvText(rows: string[][]): string {
  return stringify(
    rows.map((cells) => cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell))),
    // Without `quoted_match`, csv-stringify quotes a cell only if the cell has the line end that ends the records.
    { record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );
}

/** Returns a cell as it was before `csvText` wrote it. */
export function cellText(cell: string): string {
  return NEUTRALISED.test(cell) ? cell.slice(1) : cell;
}
