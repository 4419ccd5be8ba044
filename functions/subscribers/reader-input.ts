import * as z from 'zod';
import type { Config } from '../config.ts';
import { parseTimeZone } from '../shared/local-time.ts';
import { checkedInput, type Outcome } from '../shared/refusal.ts';
import { ADDRESS_RULES, parseReaderAddress } from './email-address.ts';
import type { Subscriber } from './subscriber.ts';

/**
 * These functions check what readers send in a form or as JSON against what the publication offers. Each parser returns
 * the value, or every fault in it.
 */

export type SignUpInput = {
  email: string;
  language: string;
  editions: string[];
  topics: string[];
  timeZone?: string | undefined;
};

export function parseSignUp(config: Config, input: unknown): Outcome<SignUpInput> {
  const { language, editions, topics, timeZone, editionIds } = offeredFields(config);
  const schema = z.object({
    email,
    language: language.default(config.publication.languages[0] ?? 'en'),
    editions: editions
      .min(1, { error: `must name at least one of ${editionIds.join(', ')}` })
      .transform(withoutRepeats),
    topics: topics.transform(sortedTopics).default([]),
    timeZone: timeZone.optional(),
  });
  return checkedInput(schema, input ?? {});
}

/** Parses `{email}`. */
export function parseEmail(input: unknown): Outcome<{ email: string }> {
  return checkedInput(z.object({ email }), input ?? {});
}

/** Returns the time zone in which a reader's days begin. */
export function readerTimeZone({ publication }: Config, { timeZone }: Pick<Subscriber, 'timeZone'>): string {
  return timeZone ?? publication.editions[0]?.timeZone ?? 'UTC';
}

/** Checks whether the text is a day that exists, such as `2026-12-24`. */
export function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00.000Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

const email = z
  .string({ error: ({ input }) => (input === undefined ? ADDRESS_RULES.missing : 'must be a string') })
  .transform((typed, context) => {
    const read = parseReaderAddress(typed);
    if (read.ok) return read.address;
    context.addIssue({ code: 'custom', message: ADDRESS_RULES[read.fault] });
    return z.NEVER;
  });

const TIME_ZONE_RULE = 'must be a time zone of the IANA database, such as America/New_York';
const timeZone = z.string({ error: TIME_ZONE_RULE }).transform((name, context) => {
  const zone = parseTimeZone(name);
  if (zone) return zone;
  context.addIssue({ code: 'custom', message: TIME_ZONE_RULE });
  return z.NEVER;
});

/** Returns the schemas of the fields that readers fill in, with what the publication offers. */
export function offeredFields({ publication }: Config) {
  const editionIds = publication.editions.map(({ id }) => id);
  const oneOf = (values: string[]) =>
    z.enum(values as [string, ...string[]], { error: `must be one of ${values.join(', ')}` });
  const list = (values: string[]) => z.array(oneOf(values), { error: 'must be a list' });
  return {
    language: oneOf(publication.languages),
    editions: list(editionIds),
    topics: list(publication.sections.map(({ slug }) => slug)),
    timeZone,
    editionIds,
  };
}

export const withoutRepeats = (list: string[]) => [...new Set(list)];
/** Sorts the topics, because readers who ticked the same topics in another order must get the same mail. */
export const sortedTopics = (list: string[]) => withoutRepeats(list).sort();
