import * as z from 'zod';

/** What the API answers about previews and proofs, as schemas. */

/** Something that an editor may want to change. `pointer` (RFC 6901) is into the preview, where it is about a part of it. */
const warning = z.strictObject({ pointer: z.string().optional(), detail: z.string() });

/** Without a story there is no mail, and the subject, the preheader, the HTML and the text are null. */
export const previewShape = z.strictObject({
  edition: z.string(),
  language: z.string(),
  topics: z.array(z.string()),
  subject: z.string().nullable(),
  preheader: z.string().nullable(),
  html: z.string().nullable(),
  text: z.string().nullable(),
  /** Bytes of the HTML with a reader's own links, at their longest. */
  size: z.int(),
  storyIds: z.array(z.string()),
  /** Ids of those that are headlines at the end. */
  mostRecent: z.array(z.string()),
  /** Ids of new stories, over all languages, that there is no room for. */
  leftOut: z.array(z.string()),
  /** Why the issue would not be sent. */
  skipped: z.string().optional(),
  warnings: z.array(warning),
});

export const proofShape = previewShape.omit({ html: true, text: true }).extend({
  id: z.string(),
  /** Who is mailed. */
  to: z.array(z.string()),
  /** Who is not mailed, since the address is suppressed. */
  suppressed: z.array(z.strictObject({ email: z.string(), reason: z.string() })),
});
