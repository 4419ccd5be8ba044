import * as z from 'zod';
import { legalLine, legalText, slugOf } from '../shared/text.ts';

/** The fields of an article's input. The message of each rule tells an editor what is allowed. */

/**
 * The most tags, and the most authors or contributors. Each tag and each author puts the article into one more feed. A
 * transaction takes 100 items, and an edit may take the article out of as many feeds as it puts it into.
 */
const MAX_TAGS = 25;
const MAX_PEOPLE = 10;
/** The most characters of a title. No feed reader shows so many, and pages and mails shorten long titles. */
const MAX_TITLE = 110_000;

const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$/;
/** Ids that are reserved for other addresses below `/api/articles/`. */
const RESERVED_IDS = ['import'];
export const ID_RULE = 'must be 1 to 128 letters, digits, and . _ ~ : -, beginning with a letter or digit';

export function isArticleId(id: string): boolean {
  return ID_PATTERN.test(id) && !RESERVED_IDS.includes(id);
}

const isString = z.string({ error: 'must be a string' });
const line = (max: number) =>
  isString.transform(legalLine).pipe(
    z
      .string()
      .min(1, { error: 'must not be empty' })
      .max(max, { error: `must be at most ${max} characters` }),
  );
const text = (max: number) =>
  isString
    .transform((raw) => legalText(raw).trim())
    .pipe(z.string().max(max, { error: `must be at most ${max} characters` }));
const webUrl = (schemes: string[]) =>
  isString.max(2048, { error: 'must be at most 2048 characters' }).transform((raw, context) => {
    const url = URL.parse(raw.trim());
    if (url && schemes.includes(url.protocol)) return uriOf(url);
    context.addIssue({
      code: 'custom',
      message: `must be an absolute ${schemes.map((s) => s.slice(0, -1)).join(' or ')} URL`,
    });
    return z.NEVER;
  });
/**
 * Encodes the characters that URL parsers leave as they are although a URI must not have them (RFC 3986, section 2).
 * Feed validators refuse such characters.
 */
function uriOf(url: URL): string {
  const start = url.origin.length;
  return (
    url.href.slice(0, start) +
    url.href
      .slice(start)
      // The first number sign begins the fragment. A fragment must not have another one, so any further one is encoded.
      .replace(/[\\^`{|}[\]]|%(?![0-9a-f]{2})|(?<=#.*)#/gi, (character) => encodeURIComponent(character))
  );
}
const http = webUrl(['http:', 'https:']);
const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
};
const mediaType = (kind: string) =>
  isString.regex(new RegExp(`^${kind}/[a-z0-9][a-z0-9.+-]{0,60}$`), {
    error: `must be a media type such as ${kind === 'audio' ? 'audio/mpeg' : 'image/jpeg'}`,
  });
const listOf = <T extends z.ZodType>(item: T, max: number) =>
  z.array(item, { error: 'must be a list' }).max(max, { error: `must have at most ${max} members` });
const anObject = { error: 'must be an object' };

const id = isString
  .regex(ID_PATTERN, { error: ID_RULE })
  .refine((value) => !RESERVED_IDS.includes(value), { error: `must not be ${RESERVED_IDS.join(', ')}` });

const language = isString.max(100, { error: 'must be at most 100 characters' }).transform((raw, context) => {
  try {
    const [tag] = Intl.getCanonicalLocales(raw);
    if (tag) return tag;
  } catch {
    // The text is not a language tag. The message below says so.
  }
  context.addIssue({ code: 'custom', message: 'must be a language tag such as en, es or pt-BR (BCP 47)' });
  return z.NEVER;
});

const section = line(200).refine((name) => slugOf(name) !== '', { error: 'must have a letter or digit' });

const dateTime = isString.transform((raw, context) => {
  const wellFormed = /^[1-9]\d{3}-\d\d-\d\dT([01]\d|2[0-3]):\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/i.test(
    raw,
  );
  const date = new Date(raw);
  // An offset can move the date into a year of five digits. Such a date would not sort as text, so it is refused.
  const sorts = date.getTime() <= LAST_MOMENT;
  if (wellFormed && sorts && existsInCalendar(raw)) return date.toISOString();
  context.addIssue({
    code: 'custom',
    message: 'must be a date and time with its offset, such as 2026-11-22T07:30:00Z (RFC 3339)',
  });
  return z.NEVER;
});

const LAST_MOMENT = Date.UTC(9999, 11, 31);

/** Checks whether the day exists. JavaScript takes 30 February for 2 March. */
function existsInCalendar(dateTime: string): boolean {
  const [year, month, day] = dateTime.slice(0, 10).split('-').map(Number) as [number, number, number];
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export const content = z
  .strictObject({ html: isString.optional(), markdown: isString.optional() }, anObject)
  .refine((c) => (c.html === undefined) !== (c.markdown === undefined), {
    error: 'must have html or markdown, and not both',
  });

const image = z.strictObject(
  {
    url: http,
    alt: text(5_000),
    caption: text(20_000).optional(),
    credit: text(5_000).optional(),
    width: wholeNumber(1, 100_000).optional(),
    height: wholeNumber(1, 100_000).optional(),
    type: mediaType('image').optional(),
    bytes: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  },
  anObject,
);
const people = listOf(z.strictObject({ name: line(1_000), url: http.optional() }, anObject), MAX_PEOPLE);
const audio = z.strictObject(
  {
    url: http,
    type: mediaType('audio'),
    bytes: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    seconds: wholeNumber(0, 360_000).optional(),
  },
  anObject,
);

/** The rule of each field. The fields are checked one by one, so that the answer names every fault of a request. */
export const FIELDS = {
  id: id.optional(),
  title: line(MAX_TITLE),
  summary: text(20_000).optional(),
  content,
  url: http.optional(),
  language,
  authors: people.default([]),
  contributors: people.optional(),
  section: section.default(''),
  tags: listOf(line(200), MAX_TAGS).default([]),
  image: image.optional(),
  audio: audio.optional(),
  commentsUrl: http.optional(),
  related: listOf(z.strictObject({ title: line(2_000), url: http }, anObject), 50).default([]),
  translationOf: id.optional(),
  publishedAt: dateTime.optional(),
  status: z.enum(['draft', 'published'], { error: 'must be draft or published' }).default('published'),
  featured: z.boolean({ error: 'must be true or false' }).default(false),
  /** Only "never" is stored. An article without the field is one for newsletters. */
  newsletter: z
    .enum(['auto', 'never'], {
      error: 'must be "auto", or "never" to keep the story out of every newsletter',
    })
    .transform((value) => (value === 'never' ? value : undefined))
    .optional(),
};
