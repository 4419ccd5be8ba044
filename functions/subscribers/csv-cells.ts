import { stringify } from 'csv-stringify/sync';

/**
 * What a spreadsheet takes for a formula, also in full width (OWASP, CSV Injection). One more apostrophe makes it text; those
 * that were there are counted too, so that reading takes off exactly what writing put on.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NEUTRALISED = /^'+[=+\-@\t\r\n＝＋－＠]/;

/** Rows as text/csv (RFC 4180), each cell harmless in a spreadsheet. */
export function csvText(rows: string[][]): string {
  return stringify(
    rows.map((cells) => cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell))),
    // By itself it quotes a cell only for the line end that it writes.
    { record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );
}

/** A cell as it was before `csvText`. */
export function cellText(cell: string): string {
  return NEUTRALISED.test(cell) ? cell.slice(1) : cell;
}
