import type { Publication } from '../settings/publication.ts';
import type { FeedSelector } from './feed-key.ts';

/** The feeds that are there from the first day, as people look for them. Others come with articles (`feeds-of-late.ts`). */

/** Feeds of stories in every language: all, the podcast, and each section. */
export function feedsInAllLanguages(publication: Publication): FeedSelector[] {
  return feedsOf(publication, {});
}

/** Feeds of stories in one language. A publication in a single language has the same stories in both kinds. */
export function feedsInLanguage(publication: Publication, language: string): FeedSelector[] {
  return feedsOf(publication, { language });
}

/** The languages that have feeds of their own. */
export function feedLanguages({ languages }: Publication): string[] {
  return languages.length > 1 ? languages : [];
}

/** Whether a feed is one of them. */
export function isConfigured(
  { languages, sections }: Publication,
  { language, section, tag, author }: FeedSelector,
): boolean {
  if (tag || author) return false;
  if (language && !languages.includes(language)) return false;
  return !section || sections.some(({ slug }) => slug === section);
}

function feedsOf({ sections, podcast }: Publication, whole: FeedSelector): FeedSelector[] {
  return [
    whole,
    ...(podcast ? [{ ...whole, podcast: true } as const] : []),
    ...sections.map(({ slug }) => ({ ...whole, section: slug })),
  ];
}
