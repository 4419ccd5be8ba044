import * as z from 'zod';
import { TROUBLE_KINDS } from './issue.ts';
import { REACTIONS } from './issue-tally.ts';

/** Schemas of the API's answers about issues and editions. Times are ISO 8601 in UTC. */

const decision = z.strictObject({
  what: z.enum(['approved', 'held']),
  /** An editor's address, or the name of a token. */
  by: z.string(),
  at: z.string(),
  /** The `composition` of the issue that was approved or held. */
  composition: z.int(),
});

const progress = z.strictObject({
  /** The share of planned readers who were mailed, were refused or had left: 0 to 100, rounded down. */
  percent: z.int(),
  /** Readers are still being put in batches, so `planned` still grows. */
  planning: z.literal(true).optional(),
  /** Mails a second over the last minutes. */
  rate: z.number().optional(),
  /** When the next readers get the issue at their own hour. */
  nextAt: z.string().optional(),
  /** When the last mail goes out if the rate stays the same. */
  endsAt: z.string().optional(),
  secondsLeft: z.int().optional(),
});

const troubleFields = {
  kind: z.enum(TROUBLE_KINDS),
  since: z.string(),
  /** A sentence for people. */
  reason: z.string(),
};

export const issueView = z.strictObject({
  id: z.string(),
  /** The address of the issue's web version. */
  url: z.string(),
  /** The address of the issue in this API. */
  self: z.string(),
  edition: z.string(),
  slot: z.string(),
  state: z.enum(['new', 'draft', 'sending', 'sent', 'skipped', 'stopped']),
  /** Why the issue was skipped or stopped. */
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
  /**
   * `planned` counts the recipients. The provider took `sent` of them, `failed` were refused or given up, and `left`
   * had unsubscribed.
   */
  planned: z.int(),
  sent: z.int(),
  failed: z.int(),
  left: z.int(),
  progress: progress.optional(),
  /** Why readers do not get the issue although it is due. It is absent while all is well. */
  trouble: z.strictObject(troubleFields).optional(),
  /**
   * What the provider reported after the mails were sent: the count of readers for each kind of report. Only `GET
   * /api/issues/{id}` has these.
   */
  ...Object.fromEntries(
    REACTIONS.filter((name) => name !== 'proven').map((name) => [name, z.int().optional()]),
  ),
});

/** `readers` counts the readers who are subscribed and get the issue, and `byLanguage` those of each language. */
const reach = {
  readers: z.int(),
  byLanguage: z.record(z.string(), z.int()),
};

/** The answer to a request that sends an issue. A repeated request does not count its readers again. */
export const sendAnswer = issueView.extend(z.strictObject(reach).partial().shape);

/** The answer to a dry run. */
export const sendOutlook = z.strictObject({
  edition: z.string(),
  ...reach,
  /** Ids of the stories of all languages. */
  storyIds: z.array(z.string()),
  /** Ids of the new stories that there is no room for. */
  leftOut: z.array(z.string()),
  /** Why nothing would be sent. It is absent if the issue would be sent. */
  skipped: z.string().optional(),
  /** The issue that the slot or the key has already. */
  issue: issueView.optional(),
});

export const issueList = z.strictObject({
  issues: z.array(issueView),
  /** The cursor of the next page. The last page has none. */
  next: z.string().optional(),
});

/** The settings of the edition as they are in `broadsheet.config.ts`, and its state. */
export const editionView = z.looseObject({
  id: z.string(),
  /** Null if the schedule has no further time. */
  nextIssueAt: z.string().nullable(),
  /** Null if the edition is not stopped. */
  stopped: z.strictObject({ at: z.string(), reason: z.string() }).nullable(),
  /** The issues that are in trouble, and what was skipped or left out since an issue was last sent. */
  trouble: z.array(z.strictObject({ ...troubleFields, issue: z.string().optional() })),
  /** The count of the last seven days, or since the edition was resumed. */
  complaints: z.strictObject({ accepted: z.int(), complained: z.int() }),
  /** The address of the edition's issues in this API. */
  issues: z.string(),
});

export const editionList = z.strictObject({ editions: z.array(editionView) });
