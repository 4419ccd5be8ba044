/** The limits of one import or export. A limit that is absent does not apply. */
export type CsvLimits = {
  /** The bytes that an imported file may have. */
  bodyBytes?: number;
  /** How long one request may work on a file. */
  milliseconds?: number;
  /** The bytes that the report on a file may have. */
  reportBytes?: number;
  /** The bytes of a report that may wait to be read while the import goes on. Absent: `UNREAD_REPORT_BYTES`. */
  unreadReportBytes?: number;
  /** How many readers an export answers with if it was asked for without a limit. */
  exported?: number;
  /** The bytes that an export may have. */
  exportedBytes?: number;
};

/**
 * The limits on AWS. Lambda hands a function the whole request as JSON, in which each quote and line end is escaped,
 * and that JSON may have 6 MB. An answer may have 6 MB too, and NDJSON is encoded in base64 in it, which adds a third
 * (Lambda, quotas). The HTTP API ends a request after 30 seconds (HTTP API, quotas).
 */
export const LAMBDA_LIMITS: CsvLimits = {
  bodyBytes: 4_000_000,
  milliseconds: 20_000,
  reportBytes: 4_000_000,
  exported: 5000,
  exportedBytes: 4_000_000,
};
