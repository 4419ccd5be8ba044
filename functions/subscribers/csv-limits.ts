/** What one request may take. An absent one: any. */
export type CsvLimits = {
  /** Of a file. */
  bodyBytes?: number;
  /** Of work on a file. */
  milliseconds?: number;
  /** Of the report on a file. */
  reportBytes?: number;
  /** Readers in an answer to an export that names no limit. */
  exported?: number;
};

/**
 * A function is called with a request whole, of at most 6 MB with each quote and line end escaped, and its answer is as
 * large at most, NDJSON in base64 (Lambda, quotas). The API hangs up after 30 seconds (HTTP API, quotas).
 */
export const LAMBDA_LIMITS: CsvLimits = {
  bodyBytes: 4_000_000,
  milliseconds: 20_000,
  reportBytes: 4_000_000,
  exported: 5000,
};
