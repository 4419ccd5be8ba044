import * as z from 'zod';
import { isIssueRef } from '../newsletter/issue.ts';
import type { IssueRef } from '../newsletter/issue-store.ts';
import { jsonOf } from '../shared/refusal.ts';
import { withoutAddresses } from '../subscribers/email-address.ts';

/** What the mail provider reports about a mail. */
export type MailEvent = {
  /** If the provider sends an event again, the event has the same id. */
  id: string;
  what: MailEventKind;
  /** When the event happened (milliseconds), by the provider's clock but never later than the time on our clock. */
  at: number;
  /** When the provider accepted the mail (milliseconds). It is never later than `at`. */
  mailedAt: number;
  /** The provider's id of the mail. */
  mailId: string;
  /**
   * The installation that sent the mail, among those that share the provider's account. Undefined if no tag names it.
   */
  installation: string | undefined;
  /** The address that was mailed. Undefined if the event does not name it. */
  address: string | undefined;
  /** The mail that the event is about: a reader's mail of an issue, or a letter such as a confirmation. */
  mail:
    | { kind: 'issue'; ref: IssueRef; subscriberId: string; batch: string | undefined }
    | { kind: 'letter' };
  /** What the provider said, for people, about why the mail bounced, was refused or was not sent. */
  detail: string | undefined;
};

/**
 * - `hard-bounced`: the address does not work. `soft-bounced`: it may work again later.
 * - `content-bounced`: the server did not take this mail because of what was in it.
 * - `refused`: the address is on the provider's own list, and the provider did not try to send.
 * - `failed`: the provider did not send the mail, for another reason.
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

/**
 * Reads the body of a webhook. Returns what it reports about a mail that Broadsheet sent, or why it is ignored, or why
 * it cannot be read as an event.
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
    return { ignored: `events of the type ${JSON.stringify(type).slice(0, 100)} are not used` };
  const parsed = payload.safeParse(json);
  if (!parsed.success) return { unreadable: `An event of the type ${type} must have an object as its data.` };
  const what = kindOf(parsed.data);
  const { created_at, data } = parsed.data;
  const mail = mailOf(data.tags);
  if (!mail) return { ignored: 'its tags are not the tags of a mail that Broadsheet sent' };
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

/**
 * Bounces that are about the mail, and do not mean that the address is bad
 * (https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html).
 */
const ABOUT_THE_MAIL = ['messagetoolarge', 'contentrejected', 'attachmentrejected'];

const text = z.string().optional().catch(undefined);
/**
 * Resend documents the tags of an event as an object. A list is read too, because mails are sent with a list of tags.
 */
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

/** Returns a time in ISO 8601 as milliseconds, but at most `latest`. Returns undefined if it is not a time. */
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
