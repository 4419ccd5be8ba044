import * as z from 'zod';
import type { Outcome } from '../shared/refusal.ts';

/**
 * Previews and proofs: what an issue would be now, shown to editors or mailed to them. They do not move the edition's
 * cursor, so its next issue still has the stories.
 */

export type PreviewRequest = {
  edition: string;
  /** The choices of the reader whose mail is shown. Topics are slugs of sections; an empty list means all of them. */
  language: string;
  topics: string[];
  /** The stories of the mail, in this order. If it is absent, the mail has the new stories. */
  storyIds?: string[] | undefined;
};

export type Preview = z.output<typeof previewShape>;
export type Warning = Preview['warnings'][number];

export type ProofRequest = PreviewRequest & {
  /** Two requests with the same id ask for the same proof, which is mailed once. */
  id: string;
  /** SHA-256 of the request. */
  requestHash: string;
  /** The token's id. */
  bearer: string;
  /** 1 to 20 addresses. */
  to: string[];
};

export type Proof = z.output<typeof proofShape>;

/**
 * Both operations render a mail, which needs MJML. Only the tick function has MJML, so it does the work whichever
 * function gets the request.
 */
export type Previews = {
  preview(request: PreviewRequest): Promise<Outcome<Preview>>;
  proof(request: ProofRequest): Promise<Outcome<Proof>>;
};

/**
 * Something that an editor may want to change. `pointer` is a JSON Pointer (RFC 6901) to the part of the preview that
 * is meant. It is absent if no single part is meant.
 */
const warning = z.strictObject({ pointer: z.string().optional(), detail: z.string() });

/** The answer to a preview. If there is no story, there is no mail. Subject, preheader, HTML and text are then null. */
export const previewShape = z.strictObject({
  edition: z.string(),
  language: z.string(),
  topics: z.array(z.string()),
  subject: z.string().nullable(),
  preheader: z.string().nullable(),
  html: z.string().nullable(),
  text: z.string().nullable(),
  /** The bytes of the HTML with the longest links that a reader can have. */
  size: z.int(),
  storyIds: z.array(z.string()),
  /** Ids of the stories that are only headlines at the end of the mail. */
  mostRecent: z.array(z.string()),
  /** Ids of the new stories in the mail's language that the mail has no room for. */
  leftOut: z.array(z.string()),
  /** Why the issue would not be sent. It is absent if the issue would be sent. */
  skipped: z.string().optional(),
  warnings: z.array(warning),
});

export const proofShape = previewShape.omit({ html: true, text: true }).extend({
  id: z.string(),
  /** The addresses that are mailed. */
  to: z.array(z.string()),
  /** The addresses that are not mailed, because they are suppressed. */
  suppressed: z.array(z.strictObject({ email: z.string(), reason: z.string() })),
});
