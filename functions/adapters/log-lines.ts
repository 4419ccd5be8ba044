import type { Log } from '../shared/log.ts';

/** Writes one line of JSON for each event. CloudWatch can search such lines by their fields. */
export function jsonLog(write: (line: string) => void): Log {
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      write(JSON.stringify({ level, message, ...withErrors(fields) }));
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** Writes lines that a person reads at a terminal. */
export function plainLog(write: (line: string) => void): Log {
  const at =
    (mark: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      const details = Object.entries(withErrors(fields)).map(
        ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      write(`${mark}${message}${details.length > 0 ? ` (${details.join('').trim()})` : ''}`);
    };
  return { info: at(''), warn: at('warning: '), error: at('ERROR: ') };
}

function withErrors(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? `${value.name}: ${value.message}` : value,
    ]),
  );
}
