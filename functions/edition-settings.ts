import * as z from 'zod';
import {
  cron,
  httpsUrl,
  languageTag,
  localised,
  mailbox,
  oneLine,
  slug,
  timeZone,
  wholeNumber,
} from './setting-values.ts';

/** An edition: a newsletter with a schedule and a filter. */
export const edition = z
  .strictObject({
    id: slug,
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
    /** Only stories in one of these sections (slugs) and with one of these tags; an absent list means any. */
    filter: z.strictObject({
      sections: z.array(slug).min(1).optional(),
      tags: z.array(oneLine(100)).min(1).optional(),
    }),
    /**
     * Fewer new stories than `min`, over all languages, and the issue is skipped; more than `max` in a language, and the
     * oldest of them are only on the site.
     */
    stories: z.strictObject({ min: wholeNumber(1, 50), max: wholeNumber(1, 50) }),
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
    sponsor: z.strictObject({ name: oneLine(100), text: localised(300), url: httpsUrl }).optional(),
  })
  .refine((e) => e.stories.min <= e.stories.max, {
    path: ['stories', 'max'],
    message: 'must be at least stories.min',
  })
  .refine((e) => (e.review?.editors.length ?? 0) * e.languages.length <= 100, {
    path: ['review', 'editors'],
    message: 'must be fewer: a draft is at most 100 mails, one for each editor in each language',
  });
