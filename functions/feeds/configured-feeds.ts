import type { Publication } from '../settings.ts';
import type { FeedSelector } from './feed-key.ts';

/** The feeds that are there from the first day, as people look for them. Those of tags and authors come with articles. */

/** Feeds of stories in every language: all, and each section. */
export function feedsInAllLanguages({ sections }: Publication): FeedSelector[] {
  return [{}, ...sections.map(({ slug }) => ({ section: slug }))];
}

/** Feeds of stories in one language. A publication in a single language has the same stories in both kinds. */
export function feedsInLanguage({ sections }: Publication, language: string): FeedSelector[] {
  return [{ language }, ...sections.map(({ slug }) => ({ language, section: slug }))];
}

/** The languages that have feeds of their own. */
export function feedLanguages({ languages }: Publication): string[] {
  return languages.length > 1 ? languages : [];
}
