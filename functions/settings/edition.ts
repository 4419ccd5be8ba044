import * as z from 'zod';
import {
  cron,
  day,
  httpsUrl,
  inLanguages,
  languageTag,
  localised,
  namedAddress,
  oneLine,
  slug,
  template,
  timeZone,
  wholeNumber,
} from './allowed-values.ts';

/**
 * The names that a subject or a preheader may have in braces: the headline of the first story, the name of the edition,
 * the name of the publication, the day, the number of stories in the mail, and the section of the first story.
 */
export const PLACEHOLDERS = ['lead', 'edition', 'publication', 'date', 'count', 'section'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/**
 * A sponsor is shown on the days from `from` to `until`, both included, in the edition's time zone. A day that is
 * absent sets no limit.
 */
const sponsor = z
  .strictObject({
    name: oneLine(100),
    text: localised(300),
    url: httpsUrl,
    from: day.optional(),
    until: day.optional(),
  })
  .refine(({ from, until }) => !from || !until || from <= until, {
    path: ['until'],
    message: 'must not be before sponsor.from',
  });

const tag = oneLine(100).regex(/[\p{L}\p{N}]/u, { message: 'must have a letter or a digit' });

/** The settings of an edition, which is a newsletter with a schedule and a filter. */
export const edition = z
  .strictObject({
    /**
     * The id is part of the ids of issues, of the keys of mail requests and of the header List-Id. In List-Id it is a
     * label of a domain, which may have 63 characters (RFC 1035, section 2.3.4).
     */
    id: slug.max(63, { message: 'must be at most 63 characters' }),
    name: localised(100),
    description: localised(300),
    /** When an issue is due, at most 24 times a day: a cron expression of five fields, read in `timeZone`. */
    cron,
    timeZone,
    /**
     * If true, a reader who named a time zone gets the issue when the clocks there show the hour of the schedule.
     * Readers west of `timeZone` get it later. Readers east of it get it at once, because there the hour is past. So
     * `timeZone` should be the easternmost zone of the readers.
     */
    readerHour: z.boolean({ message: 'must be true or false' }).default(false),
    languages: z.array(languageTag).min(1, { message: 'must name at least one language' }),
    /**
     * An issue has only stories that are in one of these sections (slugs) and have one of these tags. An absent list
     * allows every section or every tag. Capitals and accents make no difference in a tag, as in the address of its
     * feed.
     */
    filter: z.strictObject({
      sections: z.array(slug).min(1, { message: 'must name a section, or be absent' }).optional(),
      tags: z.array(tag).min(1, { message: 'must name a tag, or be absent' }).optional(),
    }),
    /**
     * If there are fewer new stories than `min` in all languages together, the issue is skipped. A mail has at most
     * `max` stories. If its language has more, the next `mostRecent` stories are headlines at the end of the mail, and
     * all older stories are only on the site. A story whose own date is more than `maxAgeDays` days ago is no news, and
     * is in no issue. If `maxAgeDays` is absent, the limit is the last issue, or three days if that is longer ago.
     */
    stories: z.strictObject({
      min: wholeNumber(1, 50),
      max: wholeNumber(1, 50),
      mostRecent: wholeNumber(0, 20).default(0),
      maxAgeDays: wholeNumber(1, 366).optional(),
    }),
    /**
     * How the stories after the first are arranged: one after the other, or under the names of their sections, in the
     * order of `sections` in the settings.
     */
    layout: z
      .enum(['list', 'sections'], {
        message: 'must be "list", or "sections" to put the stories under the names of their sections',
      })
      .default('list'),
    /** The subject. If it is absent, the subject is the headline of the first story. */
    subject: inLanguages(template(150, PLACEHOLDERS)).optional(),
    /**
     * The preheader. If it is absent, the summary of the first story takes its place. If it is too short, the summary
     * follows it.
     */
    preheader: inLanguages(template(150, PLACEHOLDERS)).optional(),
    /** The name may have any characters. Mails have it in quotes where it needs them. */
    from: namedAddress,
    replyTo: namedAddress.optional(),
    postalAddress: oneLine(300),
    /**
     * Drafts are mailed to `editors`, `minutesBefore` minutes before the issue is due, with links to approve it and to
     * hold it. When the issue is due, `send` sends it unless an editor held it, and `hold` sends it only if an editor
     * approved it. Without `review`, an issue goes out without anybody seeing it before.
     */
    review: z
      .strictObject({
        editors: z
          .array(namedAddress)
          .min(1, { message: 'must name at least one address' })
          .max(10, { message: 'must name at most 10 addresses' }),
        minutesBefore: wholeNumber(5, 720),
        otherwise: z
          .enum(['send', 'hold'], {
            message:
              'must be "send" to send the issue unless an editor holds it, or "hold" to send it only if an editor approves it',
          })
          .default('send'),
      })
      .optional(),
    /** If true, a reader who confirms and is new to the edition is mailed the last issue at once. */
    welcome: z.boolean({ message: 'must be true or false' }).default(false),
    sponsor: sponsor.optional(),
  })
  .refine((e) => e.stories.min <= e.stories.max, {
    path: ['stories', 'max'],
    message: 'must be at least stories.min',
  })
  .refine((e) => (e.review?.editors.length ?? 0) * e.languages.length <= 100, {
    path: ['review', 'editors'],
    message: 'must be fewer: a draft is at most 100 mails, and each editor gets one in each language',
  });
