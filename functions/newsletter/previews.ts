import * as z from 'zod';
import type { Outcome } from '../shared/refusal.ts';

/** What an issue would be now, for editors. Nothing of it is stored, and no story is taken by it. */

export type PreviewRequest = {
  edition: string;
  /** What the reader chose whose mail it is. Topics are slugs of sections; none means all. */
  language: string;
  topics: string[];
  /** These stories in this order, instead of what is new. */
  storyIds?: string[] | undefined;
};

export type Preview = z.output<typeof previewShape>;
export type Warning = Preview['warnings'][number];

export type ProofRequest = PreviewRequest & {
  /** The same id is the same test: it is mailed once. */
  id: string;
  /** SHA-256 of the request. */
  requestHash: string;
  /** The token's id. */
  bearer: string;
  /** 1 to 20 addresses. */
  to: string[];
};

export type Proof = z.output<typeof proofShape>;

/** Both render a mail, and so are the work of the tick function, wherever they are asked for. */
export type Previews = {
  preview(request: PreviewRequest): Promise<Outcome<Preview>>;
  proof(request: ProofRequest): Promise<Outcome<Proof>>;
};

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
