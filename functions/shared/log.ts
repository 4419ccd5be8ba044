/**
 * The log of a process. `message` says what happened, and `fields` say to what. On AWS both become one line of JSON.
 */
export type Log = {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
};
