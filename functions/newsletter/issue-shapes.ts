import * as z from 'zod';
import { REACTIONS } from './issue-tally.ts';

/** What the API answers about issues, as schemas. Times are ISO 8601 in UTC. */

const decision = z.strictObject({
  what: z.enum(['approved', 'held']),
  /** An editor's address, or the name of a token. */
  by: z.string(),
  at: z.string(),
  /** The composition of the issue that it was said about. */
  composition: z.int(),
});

const progress = z.strictObject({
  /** Of the readers planned so far, those who were mailed, refused or had left: 0 to 100, rounded down. */
  percent: z.int(),
  /** Readers are still being put in batches, so that `planned` grows. */
  planning: z.literal(true).optional(),
  /** Mails a second over the last minutes. */
  rate: z.number().optional(),
  /** When the next readers get theirs, whose own clocks are behind. */
  nextAt: z.string().optional(),
  /** When the last mail goes out, at this rate. */
  endsAt: z.string().optional(),
  secondsLeft: z.int().optional(),
});

export const issueView = z.strictObject({
  id: z.string(),
  /** Its web version. */
  url: z.string(),
  /** Its address in this API. */
  self: z.string(),
  edition: z.string(),
  slot: z.string(),
  state: z.enum(['new', 'draft', 'sending', 'sent', 'skipped', 'stopped']),
  /** Why it was skipped or stopped. */
  reason: z.string().optional(),
  scheduledAt: z.string(),
  createdAt: z.string(),
  review: z
    .strictObject({
      releaseAt: z.string(),
      otherwise: z.enum(['send', 'hold']),
      decision: decision.optional(),
    })
    .optional(),
  /** Recipients. Of them `sent` were taken by the provider, `failed` were refused or given up, and `left` had gone. */
  planned: z.int(),
  sent: z.int(),
  failed: z.int(),
  left: z.int(),
  progress: progress.optional(),
  /** Readers, as the provider reports them since. Only `GET /api/issues/{id}` has them. */
  ...Object.fromEntries(
    REACTIONS.filter((name) => name !== 'proven').map((name) => [name, z.int().optional()]),
  ),
});

export const issueList = z.strictObject({ issues: z.array(issueView) });

/** The settings of the edition as they are in `broadsheet.config.ts`, and what has become of it since. */
export const editionView = z.looseObject({
  id: z.string(),
  /** Null: its schedule has no further time. */
  nextIssueAt: z.string().nullable(),
  /** Null: it is not stopped. */
  stopped: z.strictObject({ at: z.string(), reason: z.string() }).nullable(),
  /** Of the last seven days, or since it was resumed. */
  complaints: z.strictObject({ accepted: z.int(), complained: z.int() }),
  /** The address of its issues. */
  issues: z.string(),
});

export const editionList = z.strictObject({ editions: z.array(editionView) });
