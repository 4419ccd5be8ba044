import type { Article } from '../articles/article.ts';
import type { FrozenIssue, VariantSummary } from '../newsletter/issue.ts';

/** What of an issue may still be shown: a mail is out, but a story that was retracted leaves every page. */

/** The subject is the headline of the first story, and goes with it. */
export function subjectNow({ subject, storyIds }: VariantSummary, stories: Article[]): string | undefined {
  return stories.some(({ id }) => id === storyIds[0]) ? subject : undefined;
}

/** The variant that was asked for, else the one in the reader's language, else the first. */
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
