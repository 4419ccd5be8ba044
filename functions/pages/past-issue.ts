import type { Article } from '../articles/article.ts';
import type { FrozenIssue, VariantSummary } from '../newsletter/issue.ts';

/** What a page may still show of an issue that was sent. A story that was retracted must leave every page. */

/** Returns the subject, or undefined if the first story was retracted, because the subject is mostly its headline. */
export function subjectNow({ subject, storyIds }: VariantSummary, stories: Article[]): string | undefined {
  return stories.some(({ id }) => id === storyIds[0]) ? subject : undefined;
}

/** Returns the variant with the key `asked`, or else the first one in the reader's language, or else the first one. */
export function chosenVariant(
  { variants }: FrozenIssue,
  language: string,
  asked?: string,
): VariantSummary | undefined {
  return (
    variants.find(({ key }) => key === asked) ??
    variants.find((variant) => variant.language === language) ??
    variants[0]
  );
}
