import * as z from 'zod';
import {
  cron,
  day,
  httpsUrl,
  inLanguages,
  languageTag,
  localised,
  mailbox,
  oneLine,
  slug,
  template,
  timeZone,
  wholeNumber,
} from './values.ts';

/**
 * What the templates of an edition may have in braces: the headline of the first story, the names of edition and
 * publication, the day, how many stories the mail has, and the section of the first story.
 */
export const PLACEHOLDERS = ['lead', 'edition', 'publication', 'date', 'count', 'section'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Booked for the days from `from` to `until`, both included, where the edition is at home; without them for good. */
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

/** An edition: a newsletter with a schedule and a filter. */
export const edition = z
  .strictObject({
    /** In ids of issues, in names of batches and in List-Id, where it is a label of a domain (RFC 1035, 2.3.4). */
    id: slug.max(63, { message: 'must be at most 63 characters' }),
    name: localised(100),
    description: localised(300),
    /** Five fields, in `timeZone`. */
    cron,
    timeZone,
    /**
     * Each reader gets the issue when their own clock shows the hour of the schedule, by the time zone that they named:
     * those further west later, those further east, where it is past, at once. So `timeZone` is best the easternmost.
     */
    readerHour: z.boolean({ message: 'must be true or false' }).default(false),
    languages: z.array(languageTag).min(1, { message: 'must name at least one language' }),
    /**
     * Only stories in one of these sections (slugs) and with one of these tags; an absent list means any. A tag is the same
     * in capitals and with or without accents, as in the address of its feed.
     */
    filter: z.strictObject({
      sections: z.array(slug).min(1, { message: 'must name a section, or be absent' }).optional(),
      tags: z.array(tag).min(1, { message: 'must name a tag, or be absent' }).optional(),
    }),
    /**
     * Fewer new stories than `min`, over all languages, and the issue is skipped. More than `max` in a language, and the
     * next `mostRecent` are headlines at the end of the mail; what is older still is only on the site.
     */
    stories: z.strictObject({
      min: wholeNumber(1, 50),
      max: wholeNumber(1, 50),
      mostRecent: wholeNumber(0, 20).default(0),
    }),
    /** The stories after the first: one after the other, or under the names of their sections, in the order of those. */
    layout: z
      .enum(['list', 'sections'], {
        message: 'must be "list", or "sections": under the names of their sections',
      })
      .default('list'),
    /** Absent: the headline of the first story. */
    subject: inLanguages(template(150, PLACEHOLDERS)).optional(),
    /** Absent: the dek of the first story. Too short, it is followed by what would be there without it. */
    preheader: inLanguages(template(150, PLACEHOLDERS)).optional(),
    from: mailbox,
    replyTo: mailbox.optional(),
    postalAddress: oneLine(300),
    /**
     * Drafts are mailed to `editors`, as many minutes before the hour, with links to approve and to hold. At its hour the
     * issue goes out: `send`, unless it is held; `hold`, only if it is approved. Absent: it goes out unseen.
     */
    review: z
      .strictObject({
        editors: z
          .array(mailbox)
          .min(1, { message: 'must name at least one address' })
          .max(10, { message: 'must name at most 10 addresses' }),
        minutesBefore: wholeNumber(5, 720),
        otherwise: z
          .enum(['send', 'hold'], {
            message:
              'must be "send", to go out unless an editor holds it, or "hold", to go out only if one approves it',
          })
          .default('send'),
      })
      .optional(),
    /** A reader who confirms, and is new to the edition, is mailed the last issue at once. */
    welcome: z.boolean({ message: 'must be true or false' }).default(false),
    sponsor: sponsor.optional(),
  })
  .refine((e) => e.stories.min <= e.stories.max, {
    path: ['stories', 'max'],
    message: 'must be at least stories.min',
  })
  .refine((e) => (e.review?.editors.length ?? 0) * e.languages.length <= 100, {
    path: ['review', 'editors'],
    message: 'must be fewer: a draft is at most 100 mails, one for each editor in each language',
  });
