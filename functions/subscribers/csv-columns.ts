import { done, type Fault, type Outcome, refused } from '../shared/refusal.ts';
import { notTextFault } from './list-columns.ts';

/**
 * The columns of a file of readers. An export has all of them, and every export can be imported. An import refuses a
 * line that has something in `suppressed`, and it ignores `id` and `confirmedAt`.
 */
export const COLUMNS = [
  'email',
  'language',
  'editions',
  'topics',
  'timeZone',
  'pausedUntil',
  'consentAt',
  'consentSource',
  'suppressed',
  'id',
  'confirmedAt',
] as const;
export type Column = (typeof COLUMNS)[number];

const ALLOWED = `Allowed are ${COLUMNS.join(', ')}.`;
/** Reads the header row: returns its columns in their order, or the faults in it. */
export function readHeader(cells: string[]): Outcome<Column[]> {
  const faults: Fault[] = [];
  const fault = (detail: string) => faults.push({ pointer: '', detail });
  const names = cells.map((cell) => cell.trim());
  const notText = notTextFault(names);
  if (notText) return refused({ kind: 'invalid', faults: [notText] });
  if (names.length === 1 && /[;\t]/.test(names[0] ?? '')) {
    fault('The columns must be separated by commas. Choose the comma when you save the file as CSV.');
    return refused({ kind: 'invalid', faults });
  }
  const columns = names.map((name) => columnOf(name));
  for (const [index, column] of columns.entries()) {
    if (column && columns.indexOf(column) < index) fault(`The column "${column}" is there twice.`);
    const name = [...(names[index] ?? '')].slice(0, 100).join('');
    if (!column) fault(`Column ${index + 1}, "${name}", is not known. ${ALLOWED}`);
  }
  if (!columns.includes('email')) {
    fault(`The first line must name the columns, and one of them must be "email". ${ALLOWED}`);
  }
  return faults.length === 0 ? done(columns as Column[]) : refused({ kind: 'invalid', faults });
}

/** Returns the column with this name. It ignores case, because spreadsheets and people write Email and TIMEZONE. */
function columnOf(name: string): Column | undefined {
  return COLUMNS.find((column) => column.toLowerCase() === name.toLowerCase());
}
