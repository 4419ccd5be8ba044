import type { FeedAddress } from './feed-key.ts';

/** The WebSub hub that tells of a document's changes. What is past is asked for and not waited for: archives have none. */
export function hubUrl(baseUrl: string, { archive }: FeedAddress): string | undefined {
  return archive ? undefined : `${baseUrl}/websub`;
}
