import * as z from 'zod';
import { isIssueRef } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import { jsonOf } from '../shared/refusal.ts';
import { withoutAddresses } from '../subscribers/email-address.ts';

/** What the mail provider tells of a mail. */
export type MailEvent = {
  /** The same however often it is sent. */
  id: string;
  what: MailEventKind;
  /** Milliseconds: when it happened, and when the mail was taken. By the provider's clock, but never later than ours. */
  at: number;
  mailedAt: number;
  /** The provider's id of the mail. */
  mailId: string;
  /** Which of those that share the provider's account sent it; undefined where it is not said. */
  installation: string | undefined;
  /** To whom; undefined where it is not said. */
  address: string | undefined;
  /** Which of ours it is: a reader's mail of an issue, or a letter, such as a confirmation. */
  mail:
    | { kind: 'issue'; ref: IssueRef; subscriberId: string; batch: string | undefined }
    | { kind: 'letter' };
  /** What it says beyond that, for people. */
  detail: string | undefined;
};

/**
 * hard-bounced: the address is none. soft-bounced: it may be good again. content-bounced: it is our mail that was not
 * wanted. refused: the provider's own list has the address, and it did not try. failed: it did not, for another reason.
 */
export type MailEventKind =
  | 'sent'
  | 'delivered'
  | 'delayed'
  | 'hard-bounced'
  | 'soft-bounced'
  | 'content-bounced'
  | 'complained'
  | 'refused'
  | 'failed'
  | 'opened'
  | 'clicked';

const BOUNCED = 'email.bounced';
const KINDS: Record<string, MailEventKind> = {
  'email.sent': 'sent',
  'email.delivered': 'delivered',
  'email.delivery_delayed': 'delayed',
  'email.complained': 'complained',
  'email.suppressed': 'refused',
  'email.failed': 'failed',
  'email.opened': 'opened',
  'email.clicked': 'clicked',
};

/** Bounces that say nothing of the address (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html). */
const ABOUT_THE_MAIL = ['messagetoolarge', 'contentrejected', 'attachmentrejected'];

const text = z.string().optional().catch(undefined);
/** An object as Resend documents it, or a list as mails are given them. */
const tags = z
  .union([
    z.record(z.string(), z.string()),
    z
      .array(z.object({ name: z.string(), value: z.string() }))
      .transform((list) => Object.fromEntries(list.map(({ name, value }) => [name, value]))),
  ])
  .catch({});
const payload = z.object({
  type: z.string(),
  created_at: text,
  data: z.object({
    email_id: text,
    created_at: text,
    to: z
      .union([z.string().transform((one) => [one]), z.array(z.string())])
      .optional()
      .catch(undefined),
    tags,
    bounce: z.object({ type: text, subType: text, message: text }).optional().catch(undefined),
    failed: z.object({ reason: text }).optional().catch(undefined),
    suppressed: z.object({ message: text }).optional().catch(undefined),
  }),
});
type Payload = z.infer<typeof payload>;

/**
 * The body of a webhook → what it says of a mail of ours; otherwise why it concerns nothing here, or what keeps it from
 * being read as an event.
 */
export function readMailEvent(
  id: string,
  body: string,
  now: number,
): MailEvent | { ignored: string } | { unreadable: string } {
  const read = jsonOf(body);
  if (!read.ok) return { unreadable: 'The body is not JSON.' };
  const json = read.value;
  const typed = z.object({ type: z.string() }).safeParse(json);
  if (!typed.success) return { unreadable: 'The body must be a JSON object with a type.' };
  const { type } = typed.data;
  if (type !== BOUNCED && !Object.hasOwn(KINDS, type))
    return { ignored: `its type is ${JSON.stringify(type).slice(0, 100)}` };
  const parsed = payload.safeParse(json);
  if (!parsed.success) return { unreadable: `An event of the type ${type} must have data, an object.` };
  const what = kindOf(parsed.data);
  const { created_at, data } = parsed.data;
  const mail = mailOf(data.tags);
  if (!mail) return { ignored: 'its tags are not those of a mail from here' };
  const at = timeOf(created_at, now) ?? now;
  return {
    id,
    what,
    at,
    mailedAt: timeOf(data.created_at, at) ?? at,
    mailId: data.email_id ?? id,
    installation: data.tags.installation,
    address: data.to?.[0],
    mail,
    detail: detailOf(data),
  };
}

function kindOf({ type, data: { bounce } }: Payload): MailEventKind {
  const kind = type === BOUNCED ? undefined : KINDS[type];
  if (kind) return kind;
  if (bounce?.type?.toLowerCase() === 'permanent') return 'hard-bounced';
  return ABOUT_THE_MAIL.includes(bounce?.subType?.toLowerCase() ?? '') ? 'content-bounced' : 'soft-bounced';
}

function mailOf({
  edition,
  slot,
  batch,
  subscriber,
  kind,
}: Record<string, string>): MailEvent['mail'] | undefined {
  if (edition && slot && subscriber) {
    const ref = { edition, slot };
    const known = isIssueRef(ref) && [subscriber, batch ?? ''].every((part) => /^[\w-]{0,256}$/.test(part));
    return known ? { kind: 'issue', ref, subscriberId: subscriber, batch } : undefined;
  }
  return kind ? { kind: 'letter' } : undefined;
}

/** ISO 8601 → milliseconds, at most `latest`. */
function timeOf(given: string | undefined, latest: number): number | undefined {
  const time = Date.parse(given ?? '');
  return Number.isNaN(time) ? undefined : Math.min(time, latest);
}

function detailOf({ bounce, failed, suppressed }: Payload['data']): string | undefined {
  const parts = bounce
    ? [bounce.type, bounce.subType, bounce.message]
    : [failed?.reason, suppressed?.message];
  const detail = withoutAddresses(parts.filter(Boolean).join(': ')).slice(0, 300);
  return detail === '' ? undefined : detail;
}
