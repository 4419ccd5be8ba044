import * as z from 'zod';

/** The shapes of the lines in the report on a list. */

const line = z.strictObject({
  line: z.int(),
  email: z.string().optional(),
  result: z.enum(['added', 'updated', 'unchanged', 'refused']),
  reason: z.string().optional(),
});
const summary = z.strictObject({
  complete: z.boolean(),
  lines: z.int(),
  added: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  refused: z.int(),
  nextLine: z.int().optional(),
  reason: z.string().optional(),
});

/** A line in the report of an import of readers. */
export const importLine = z.union([line, z.strictObject({ summary })]);

/** A line in the report on a list of suppressions. */
export const suppressionLine = z.union([
  line.extend({ unsubscribed: z.array(z.string()).optional() }),
  z.strictObject({
    summary: summary.extend({
      unsubscribed: z.int(),
      dryRun: z.literal(true).optional(),
      columnsPassedOver: z.array(z.string()).optional(),
    }),
  }),
]);
