import type * as z from 'zod';
import type { Outcome } from '../shared/refusal.ts';
import type { previewShape, proofShape } from './preview-shapes.ts';

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

export type TestRequest = PreviewRequest & {
  /** The same id is the same test: it is mailed once. */
  id: string;
  /** SHA-256 of the request. */
  requestHash: string;
  /** The token's id. */
  bearer: string;
  /** 1 to 20 addresses. */
  to: string[];
};

export type TestAnswer = z.output<typeof proofShape>;

/** Both render a mail, and so are the work of the tick function, wherever they are asked for. */
export type Previews = {
  preview(request: PreviewRequest): Promise<Outcome<Preview>>;
  test(request: TestRequest): Promise<Outcome<TestAnswer>>;
};
