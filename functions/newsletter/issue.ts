/** One sending of an edition, for one slot of its schedule. */
export type Issue = {
  edition: string;
  /** `2026-11-22-0730`, the local time of the schedule, or `extra-…` for an issue that an editor sent. */
  slot: string;
  /** ISO 8601 in UTC. */
  scheduledAt: string;
  createdAt: string;
  state: IssueState;
  /** A sentence for people that says why the issue was skipped or stopped. */
  reason?: string;
  /** 0 before the issue is composed. Every time its mails are composed, 1 is added. */
  composition: number;
  /** When planning wrote its first page of readers (ISO 8601). From then on the issue is not composed again. */
  startedAt?: string;
  /** The review by editors, as the settings had it when the issue was started. */
  review?: Review;
  /** The state that a stopped issue had before. Resuming the issue puts it back into this state. */
  stoppedIn?: IssueState;
  /**
   * The value of `PARTS` when the issue was started. A later version of the program may have another number, which does
   * not count for this issue.
   */
  parts: number;
  /** How many parts have all their readers in batches. */
  partsPlanned: number;
  batches: number;
  batchesDone: number;
  /** How many readers were put in batches. */
  planned: number;
  /** How many of the planned readers the provider accepted. */
  sent: number;
  /** How many of the planned readers the provider refused, or were in a batch that was given up as uncertain. */
  failed: number;
  /** How many of the planned readers had unsubscribed, paused or been suppressed when their batch was sent. */
  left: number;
  /** The count of planned readers who get the issue later, at their own hour. Each key is such an hour (ISO 8601). */
  waves: Record<string, number>;
  /** The last notes about the progress, oldest first. */
  notes?: ProgressNote[];
  /** The last error of composing. After the next step of the issue it counts no more. */
  composeFailure?: ComposeFailure;
  /** The last answer by which the mail provider did not take a batch. At most one a minute is stored. */
  lastAnswer?: Hindrance;
  /** The kind of trouble that was logged last (`trouble.ts`). It is absent after the issue went on. */
  told?: TroubleKind;
};

/** Returns an issue for which nothing has been done yet. */
export function newIssue(started: Pick<Issue, 'edition' | 'slot' | 'scheduledAt' | 'createdAt'>): Issue {
  return {
    ...started,
    state: 'new',
    composition: 0,
    parts: PARTS,
    partsPlanned: 0,
    batches: 0,
    batchesDone: 0,
    planned: 0,
    sent: 0,
    failed: 0,
    left: 0,
    waves: {},
  };
}

/** Something that went wrong, at `at` (ISO 8601). The reason is for people. */
export type Hindrance = { at: string; reason: string };

/** The last failure of composing. It has failed since `since` (ISO 8601), with pauses of a few minutes at most. */
export type ComposeFailure = Hindrance & { composition: number; since: string };

export const TROUBLE_KINDS = [
  /** The hour of the issue has come, and no mail of it was accepted yet. */
  'unsent',
  /** Its mails could not be made. */
  'not-composed',
  /** Some readers have it, and for some time no further mail was accepted. */
  'stalled',
  /** It waits until a person has mended something and resumed it. */
  'stopped',
  /** It was due by the schedule, and was given up. */
  'skipped',
  /** Its hour was long past when it could have been started, so it was not started. */
  'left-out',
  /** It has ended, and most of its readers did not get it. */
  'failed',
] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/**
 * The number of parts in which an issue is planned side by side. Each part is an equal share of the edition's shards.
 * One part plans tens of thousands of readers a second, which is more than any provider takes. At the end of each part,
 * the last batch of every variant is usually not full. So with more parts a short list of readers would need more
 * requests.
 */
export const PARTS = 1;

/**
 * How many readers of an issue needed no more work at the time `at` (milliseconds), and how many of these were sent the
 * mail.
 */
export type ProgressNote = { at: number; done: number; sent: number };

/**
 * The life of an issue. Every step is a write with a condition on the state that it leads from:
 *
 *   new → sending      The mails are composed, and the edition's cursor moves past their stories.
 *   new → draft        The mails are composed for the editors to review. The cursor does not move.
 *   draft → draft      A story was retracted. The draft is composed again, and the editors get it again.
 *   draft → sending    The hour has come and nobody holds the draft. It is composed again, and the cursor moves.
 *   sending → sending  A story was retracted before any reader was planned. The mails are composed again.
 *   sending → sent     Every reader is in a batch, and every batch has its outcome.
 *   new → skipped      There were too few new stories.
 *   draft → skipped    Too few stories were left after a retraction, or the draft was not released in time.
 *   sending → skipped  Too few stories were left after a retraction, before any reader was planned. The edition
 *                      gets the other stories back.
 *   new, draft or sending → stopped
 *                      A person has to mend something first. Resuming leads back to the state before.
 */
export type IssueState = 'new' | 'draft' | 'sending' | 'sent' | 'skipped' | 'stopped';

/** Checks whether the public may read the issue. A draft is for the newsroom only. */
export function isOut({ state, stoppedIn }: Pick<Issue, 'state' | 'stoppedIn'>): boolean {
  return state === 'sending' || state === 'sent' || (state === 'stopped' && stoppedIn === 'sending');
}

export type Review = {
  /** The addresses of the editors who get the draft. */
  editors: string[];
  /** ISO 8601. From this time on the issue may go out. */
  releaseAt: string;
  /**
   * What happens if no editor decides: the issue goes out (`send`), or it waits until somebody approves it (`hold`).
   */
  otherwise: 'send' | 'hold';
};

/** The last decision of the newsroom on a draft. */
export type Decision = {
  what: 'approved' | 'held';
  /** An editor's address, or the name of a token. */
  by: string;
  /** ISO 8601 */
  at: string;
  /** The `composition` that the issue had when the decision was made. */
  composition: number;
};

/** What composing decided. It is frozen: later changes of the settings do not touch an issue that is composed. */
export type FrozenIssue = {
  /** The `composition` of the issue to which this belongs. */
  composition: number;
  /** The issue looked at stories that became public after `after` and not later than `until` (ISO 8601). */
  after: string;
  until: string;
  /** For each language, the time (ISO 8601) up to which stories that the issue did not take are in no later issue. */
  passed: Record<string, string>;
  /** The stories of all languages, in their order. */
  storyIds: string[];
  from: string;
  replyTo?: string;
  /** The value of the mails' List-Id header (RFC 2919). */
  listId: string;
  baseUrl: string;
  /** The installation that sends the issue. Several installations may share an account of the mail provider. */
  installation: string;
  /**
   * Present if each reader gets the issue at their own hour. `localTime` is that hour, such as `2026-11-22T07:30`.
   * `timeZone` counts for readers who named no time zone.
   */
  readerHour?: { localTime: string; timeZone: string };
  variants: VariantSummary[];
  /** The key of the variant for each `choiceKey` of readers. It is empty if no story fits the choice. */
  choices: Record<string, string>;
};

/** One mail of an issue. All readers with the same language and the same list of stories get it. */
export type VariantSummary = { key: string; language: string; storyIds: string[]; subject: string };
export type Variant = VariantSummary & {
  /** Has placeholders where each reader's own links go (`mails/placeholders.ts`). */
  html: string;
  text: string;
};

/**
 * Returns an id that fits into one segment of a path. The dot separates the two parts, because neither of them can
 * contain a dot.
 */
export function issueId({ edition, slot }: Pick<Issue, 'edition' | 'slot'>): string {
  return `${edition}.${slot}`;
}

/** The form of slots. The ids of editions have the same form. */
export const SLOT_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Checks whether an issue can have this edition and slot. Text from an address may be too long for a key of the table.
 */
export function isIssueRef({ edition, slot }: Pick<Issue, 'edition' | 'slot'>): boolean {
  return SLOT_PATTERN.test(edition) && SLOT_PATTERN.test(slot);
}

export function parseIssueId(id: string): Pick<Issue, 'edition' | 'slot'> {
  const [edition = '', ...rest] = id.split('.');
  // Text behind a second dot stays in the slot. No slot has a dot, so no issue is found then.
  return { edition, slot: rest.join('.') };
}

export function issueUrl({ edition, slot }: Pick<Issue, 'edition' | 'slot'>, baseUrl: string): string {
  return `${baseUrl}/issues/${edition}/${slot}`;
}
