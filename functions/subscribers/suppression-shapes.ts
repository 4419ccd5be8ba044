import * as z from 'zod';
import { parseAddress } from './email-address.ts';
import { SUPPRESSION_REASONS } from './subscriber.ts';

const RULE = 'must be a mail address';

/** A mail address in a query. */
export const mailAddress = z.string({ error: RULE }).transform((typed, context) => {
  const address = parseAddress(typed);
  if (address) return address;
  context.addIssue({ code: 'custom', message: RULE });
  return z.NEVER;
});

/** A suppression in an answer. */
export const suppression = z.strictObject({
  reason: z.enum(SUPPRESSION_REASONS),
  at: z.string(),
  erasedAt: z.string().optional(),
  leftAt: z.string().optional(),
  detail: z.string().optional(),
});
