import { done, type Fault, type Outcome, refused } from '../shared/refusal.ts';

/**
 * The names by which a list from another service may call each column. They are in small letters and without anything
 * but letters and digits: `emailaddress` is also `Email Address` and `EMAIL_ADDRESS`. If a file has several of these
 * names, the first one of the list counts.
 */
export type ColumnNames<Column extends string> = Record<Column, readonly string[]>;
/** The column of each cell. A cell whose column is not known is passed over. */
export type ListColumns<Column extends string> = {
  columns: (Column | undefined)[];
  /** The names of the columns that are passed over, as they are in the file. */
  passedOver: string[];
};

const NOT_TEXT = 'The file is not UTF-8, or it is not text. Save it as "CSV UTF-8".';

/** Returns a fault if a header row cannot be text in UTF-8. */
export function notTextFault(names: string[]): Fault | undefined {
  return names.some((name) => /[\0\uFFFD]/.test(name)) ? { pointer: '', detail: NOT_TEXT } : undefined;
}

/**
 * Reads the header row of a list that another service may have written. It must have the column `needed`. Columns that
 * are not known are passed over, because such lists have columns of all kinds.
 */
export function readListHeader<Column extends string>(
  cells: string[],
  names: ColumnNames<Column>,
  needed: NoInfer<Column>,
): Outcome<ListColumns<Column>> {
  const given = cells.map((cell) => cell.trim());
  const notText = notTextFault(given);
  if (notText) return refused({ kind: 'invalid', faults: [notText] });
  const plain = given.map(plainName);
  const columns: (Column | undefined)[] = given.map(() => undefined);
  const faults: Fault[] = [];
  for (const [column, itsNames] of Object.entries(names) as [Column, readonly string[]][]) {
    const name = itsNames.find((each) => plain.includes(each));
    if (name === undefined) continue;
    const at = plain.indexOf(name);
    if (plain.indexOf(name, at + 1) >= 0)
      faults.push({ pointer: '', detail: `The column "${given[at]}" is there twice.` });
    columns[at] = column;
  }
  if (!columns.includes(needed)) {
    const detail = `The first line must name the columns, and one of them must be "${needed}". Other columns that are read: ${Object.keys(
      names,
    )
      .filter((column) => column !== needed)
      .join(', ')}.`;
    faults.push({ pointer: '', detail });
  }
  if (faults.length > 0) return refused({ kind: 'invalid', faults });
  return done({ columns, passedOver: given.filter((_, at) => columns[at] === undefined) });
}

function plainName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
