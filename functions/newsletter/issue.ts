import { isoTime, MINUTE_MILLISECONDS } from '../shared/clock.ts';

/** One sending of an Edition, for one slot of its schedule. */
export type Issue = {
  edition: string;
  /** `2026-11-22-0730`, the local time of the schedule, or `extra-…` for one that an editor sent. */
  slot: string;
  /** ISO 8601 in UTC. */
  scheduledAt: string;
  createdAt: string;
  state: IssueState;
  /** Why it was skipped or stopped, for people. */
  reason?: string;
  /** Counted up whenever its mails are composed; 0 before. */
  composition: number;
  /** When the first readers were put in batches, or looked at in vain: from then on it stays as it is. ISO 8601. */
  startedAt?: string;
  /** Editors see it first, as the settings had it when it was started. */
  review?: Review;
  /** Of one that was stopped: where it goes on. */
  stoppedIn?: IssueState;
  /** `PARTS` as it was when the issue was started: a later version's has no say in one under way. */
  parts: number;
  /** Of them, those whose readers are all in batches. */
  partsPlanned: number;
  batches: number;
  batchesDone: number;
  /** Recipients: put in batches, accepted by the provider, refused by it or by us since planning. */
  planned: number;
  sent: number;
  failed: number;
  left: number;
  /** Of those planned: how many for which later time, where each gets it by their own clock. By ISO 8601. */
  waves: Record<string, number>;
  /** How far it was of late, oldest first. */
  notes?: ProgressNote[];
};

/**
 * How many parts an issue is planned in, side by side: each is an equal share of the edition's shards. One plans tens of
 * thousands of readers a second, more than any provider takes, and each has a batch of every variant that is not full: a
 * short list would cost more with more of them.
 */
export const PARTS = 1;

/** What was done of an issue at a moment of late; `at` in milliseconds. */
export type ProgressNote = { at: number; done: number; sent: number };

/**
 * The life of an issue. Every step is a write with a condition on the state that it leads from:
 *
 *   new → sending      its mails are composed, and its edition's cursor moves over its stories
 *   new → draft        the same where editors see it first; the cursor stays
 *   draft → draft      composed again without a story that was retracted, and shown again
 *   draft → sending    its hour has come and nobody holds it: composed again of what is left, and the cursor moves
 *   sending → sending  composed again without a story that was retracted, as long as no reader is planned
 *   sending → sent     every reader is in a batch, and every batch has its outcome
 *   new → skipped      too few new stories
 *   draft → skipped    too few were left after a retraction, or nobody let it go
 *   sending → skipped  too few were left after a retraction, as long as no reader is planned; the others are given back
 *   any of the open ones → stopped, by an error that a person has to mend; and back to where it was
 */
export type IssueState = 'new' | 'draft' | 'sending' | 'sent' | 'skipped' | 'stopped';

/** Whether anybody may read it: a draft is for the newsroom alone. */
export function isOut({ state, stoppedIn }: Pick<Issue, 'state' | 'stoppedIn'>): boolean {
  return state === 'sending' || state === 'sent' || (state === 'stopped' && stoppedIn === 'sending');
}

export type Review = {
  /** Their addresses. */
  editors: string[];
  /** ISO 8601. From then on it goes out: unless it is held, or only if it is approved. */
  releaseAt: string;
  otherwise: 'send' | 'hold';
};

/** What the newsroom said to a draft, last. */
export type Decision = {
  what: 'approved' | 'held';
  /** An editor's address, or the name of a token. */
  by: string;
  /** ISO 8601 */
  at: string;
  /** Of the issue as it was then. */
  composition: number;
};

/** What composing decided. A later change of the settings does not touch a mail under way. */
export type FrozenIssue = {
  /** The `composition` of the issue that this is. */
  composition: number;
  /** The stories that became public in (after, until] were looked at. ISO 8601. */
  after: string;
  until: string;
  /** By language: up to here (ISO 8601) the stories that it did not take are left to the site. */
  passed: Record<string, string>;
  /** In their order, over all languages. */
  storyIds: string[];
  from: string;
  replyTo?: string;
  /** RFC 2919 */
  listId: string;
  baseUrl: string;
  /** Whose it is, among those that share an account of the mail provider. */
  installation: string;
  /** Where each reader gets it by their own clock: `2026-11-22T07:30`, and whose clock it is for those who named no zone. */
  readerHour?: { localTime: string; timeZone: string };
  variants: VariantSummary[];
  /** `choiceKey` of readers → key of the variant they get; empty where no story fits their choice. */
  choices: Record<string, string>;
};

/** One mail of an issue: all readers with the same language and story list get it. */
export type VariantSummary = { key: string; language: string; storyIds: string[]; subject: string };
export type Variant = VariantSummary & {
  /** With the tokens of `tokens.ts` where each reader's own links go. */
  html: string;
  text: string;
};

/** One segment of a path: neither part has a dot. */
export function issueId({ edition, slot }: Pick<Issue, 'edition' | 'slot'>): string {
  return `${edition}.${slot}`;
}

/** Of slots; ids of editions are such, too. */
export const SLOT_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Whether there can be such an issue: anything may stand in an address, and not all of it fits into a key. */
export function isIssueRef({ edition, slot }: Pick<Issue, 'edition' | 'slot'>): boolean {
  return SLOT_PATTERN.test(edition) && SLOT_PATTERN.test(slot);
}

export function parseIssueId(id: string): Pick<Issue, 'edition' | 'slot'> {
  const [edition = '', ...rest] = id.split('.');
  // With whatever stands behind a second dot, which makes it the slot of no issue.
  return { edition, slot: rest.join('.') };
}

export function issueUrl({ edition, slot }: Pick<Issue, 'edition' | 'slot'>, baseUrl: string): string {
  return `${baseUrl}/issues/${edition}/${slot}`;
}

/** How far an issue is. Absent members: nothing can be said of them yet, or any more. */
export type Progress = {
  /** Of the readers planned so far, those who were mailed, refused or had left: 0 to 100, rounded down. */
  percent: number;
  /** Readers are still being put in batches: `planned` grows. */
  planning?: true;
  /** Mails a second over the last minutes. */
  rate?: number;
  /** When the next readers get theirs whose own clocks are behind. ISO 8601. */
  nextAt?: string;
  /** At this rate. ISO 8601. */
  endsAt?: string;
  secondsLeft?: number;
};

/** Older notes say nothing of how fast it is now. */
const LATE_MILLISECONDS = 3 * MINUTE_MILLISECONDS;
/** An estimate before this is a guess. */
const SHORTEST_MILLISECONDS = 1_000;

/** Undefined where there is nothing to be told: the issue was not composed, or has ended. */
export function progressOf(issue: Issue, now: number): Progress | undefined {
  if (issue.state !== 'sending' && issue.state !== 'stopped') return undefined;
  const { planned } = issue;
  const done = doneOf(issue);
  const percent = planned === 0 ? 0 : Math.floor((done / planned) * 100);
  if (issue.state === 'stopped') return { percent };
  const planning = issue.partsPlanned < issue.parts;
  const rate = rateOf(issue, now);
  const ahead = wavesAhead(issue, now);
  const endsAt = planning ? undefined : endOf(planned - done, ahead, rate, now);
  return {
    percent,
    ...(planning && { planning }),
    ...(rate !== undefined && { rate: Number(rate.toPrecision(3)) }),
    ...(ahead[0] && { nextAt: isoTime(ahead[0].at) }),
    ...(endsAt !== undefined && {
      endsAt: isoTime(endsAt),
      secondsLeft: Math.ceil((endsAt - now) / 1000),
    }),
  };
}

export function doneOf({ sent, failed, left }: Issue): number {
  return sent + failed + left;
}

function rateOf({ notes = [], startedAt, sent }: Issue, now: number): number | undefined {
  const begin = startedAt === undefined ? [] : [{ at: Date.parse(startedAt), sent: 0 }];
  const from = [...begin, ...notes].find(({ at }) => now - at <= LATE_MILLISECONDS);
  if (!from || now - from.at < SHORTEST_MILLISECONDS) return undefined;
  return ((sent - from.sent) * 1000) / (now - from.at);
}

type Wave = { at: number; planned: number };

export function wavesAhead({ waves }: Issue, now: number): Wave[] {
  return Object.entries(waves)
    .map(([time, planned]) => ({ at: Date.parse(time), planned }))
    .filter(({ at }) => at > now)
    .sort((a, b) => a.at - b.at);
}

/** Each wave begins at its hour, or when the one before is done. */
function endOf(left: number, ahead: Wave[], rate: number | undefined, now: number): number | undefined {
  const isDue = left > ahead.reduce((sum, { planned }) => sum + planned, 0);
  // While all wait for their hour nothing is sent, and that last hour is what is known.
  if (!rate) return isDue ? undefined : ahead.at(-1)?.at;
  let end = now;
  let due = left - ahead.reduce((sum, { planned }) => sum + planned, 0);
  for (const { at, planned } of ahead) {
    end = Math.max(end + (due / rate) * 1000, at);
    due = planned;
  }
  return end + (due / rate) * 1000;
}
