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

/** Without a story there is no mail: the first four are null then. */
export type Preview = {
  edition: string;
  language: string;
  topics: string[];
  subject: string | null;
  preheader: string | null;
  html: string | null;
  text: string | null;
  /** Bytes of the HTML with a reader's own links, at their longest. */
  size: number;
  storyIds: string[];
  /** Ids of those that are headlines at the end. */
  mostRecent: string[];
  /** Ids of new stories, over all languages, that there is no room for. */
  leftOut: string[];
  /** Why the issue would not be sent. */
  skipped?: string;
  warnings: Warning[];
};

/** Something an editor may want to change. `pointer` (RFC 6901) is into the preview, where it is about a part of it. */
export type Warning = { pointer?: string; detail: string };

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

export type TestAnswer = Omit<Preview, 'html' | 'text'> & {
  id: string;
  /** Who is mailed. */
  to: string[];
  /** Who is not, as the address may not be mailed to any more. */
  suppressed: { email: string; reason: string }[];
};

/** Both render a mail, and so are the work of the tick function, wherever they are asked for. */
export type Previews = {
  preview(request: PreviewRequest): Promise<Outcome<Preview>>;
  test(request: TestRequest): Promise<Outcome<TestAnswer>>;
};
