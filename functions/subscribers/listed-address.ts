import * as z from 'zod';
import { checkedInput } from '../shared/refusal.ts';
import { cellText } from './csv-cells.ts';
import { type Row, rowFault } from './csv-rows.ts';
import { ADDRESS_RULES, readAddress } from './email-address.ts';
import { isoOf, readPast } from './import-options.ts';
import type { ColumnNames, ListColumns } from './list-columns.ts';
import { type RefusedLine, refusedLine } from './report-lines.ts';
import { type ListedReason, readReason } from './suppression-reasons.ts';

/** What a list says about an address that must not be mailed. `at` is when the reader left, if the list says it. */
export type ListedAddress = { email: string; reason: ListedReason; at?: string };
export type ReadListed = { ok: true; listed: ListedAddress } | RefusedLine;

type Column = 'email' | 'reason' | 'at';
/** `suppressed` is the column of an export from here. The other names are those of other services. */
export const LISTED_COLUMNS: ColumnNames<Column> = {
  email: [
    ...['email', 'emailaddress', 'mail', 'mailaddress', 'emailadresse', 'mailadresse', 'adresseemail'],
    ...['correoelectronico', 'correo', 'recipient', 'address'],
  ],
  reason: ['reason', 'suppressed', 'suppressionreason', 'status', 'emailstatus', 'subscriberstatus'],
  at: [
    ...['at', 'suppressedat', 'leftat', 'unsubscribedat', 'unsubtime', 'unsubscribetime', 'unsubscribedate'],
    ...['dateunsubscribed', 'optedoutat', 'optouttime', 'optoutdate', 'cleantime', 'cleanedat', 'bouncedat'],
  ],
};

/** What the query sets for all lines that do not set it themselves. `at` is ISO 8601. */
export type ListDefaults = { reason?: ListedReason | undefined; at?: string | undefined };

/** Reads a row of CSV: returns its address, or everything that is wrong with it. `now` is in milliseconds. */
export function readListedRow(
  { columns }: ListColumns<Column>,
  defaults: ListDefaults,
  row: Row,
  now: number,
): ReadListed {
  const cell = (column: Column) => {
    const at = columns.indexOf(column);
    return at < 0 ? undefined : cellText((row.cells[at] ?? '').trim());
  };
  const [email = '', reason, at] = [cell('email'), cell('reason'), cell('at')];
  const fault = rowFault(withoutEmptyEnd(row, columns.length), columns.length, [
    email,
    reason ?? '',
    at ?? '',
  ]);
  return fault ? refusedLine(email, fault) : readFields({ email, reason, at }, defaults, now);
}

/** Leaves out empty cells after the last column, which spreadsheets write. */
function withoutEmptyEnd(row: Row, width: number): Row {
  const isEmpty = row.cells.slice(width).every((text) => text.trim() === '');
  return isEmpty ? { ...row, cells: row.cells.slice(0, width) } : row;
}

const mustBeText = { error: 'must be a string' };
/** An address in JSON. */
export const listedAddress = z.strictObject({
  email: z.string({
    error: ({ input }) => (input === undefined ? ADDRESS_RULES.missing : mustBeText.error),
  }),
  reason: z.string(mustBeText).optional(),
  at: z.string(mustBeText).optional(),
});

/** Reads an entry of a list in JSON: returns its address, or everything that is wrong with it. */
export function readListedEntry(entry: unknown, defaults: ListDefaults, now: number): ReadListed {
  const checked = checkedInput(listedAddress, entry);
  if (checked.ok) return readFields(checked.value, defaults, now);
  const faults = checked.refusal.kind === 'invalid' ? checked.refusal.faults : [];
  return refusedLine('', faults.map(({ pointer, detail }) => faultOf(pointer.slice(1), detail)).join('; '));
}

function readFields(
  fields: { email: string; reason?: string | undefined; at?: string | undefined },
  defaults: ListDefaults,
  now: number,
): ReadListed {
  const faults: string[] = [];
  const address = readAddress(fields.email);
  if (!address.ok) faults.push(faultOf('email', ADDRESS_RULES[address.fault]));
  const reason = reasonOf(fields.reason?.trim(), defaults.reason, faults);
  const typedAt = fields.at?.trim();
  const time = typedAt ? readPast(typedAt, now, isoOf(typedAt)) : undefined;
  if (time && !time.ok) faults.push(faultOf('at', time.fault));
  if (!address.ok || !reason || faults.length > 0) return refusedLine(fields.email, faults.join('; '));
  const at = time?.ok ? time.value : defaults.at;
  return { ok: true, listed: { email: address.address, reason, ...(at && { at }) } };
}

/**
 * Returns the reason. A line whose list gives reasons must have one: a list may also have the readers who can be mailed,
 * as an export from here has.
 */
function reasonOf(
  text: string | undefined,
  otherwise: ListedReason | undefined,
  faults: string[],
): ListedReason | undefined {
  if (text) {
    const reason = readReason(text);
    if (reason.ok) return reason.value;
    faults.push(faultOf('reason', reason.fault));
    return undefined;
  }
  if (otherwise) return otherwise;
  if (text === undefined) return 'left';
  faults.push(
    'reason: is empty: it must say why the address must not be mailed, here or for all such lines as ?reason=left',
  );
  return undefined;
}

function faultOf(field: string, fault: string): string {
  return field ? `${field}: ${fault}` : fault;
}
