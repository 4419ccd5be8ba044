import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { type ComplaintStore, reasonToStop } from './complaints.ts';
import type { IssueStore } from './issue-store.ts';
import { type Selection, selectStories, tooFewReason } from './select-stories.ts';
import { type StoryWindow, storyWindow } from './story-window.ts';

type Services = { config: Config; articles: ArticleStore; issues: IssueStore; complaints: ComplaintStore };

/** What an issue would have now. `skipped` says why it would not be sent, and is absent if it would be. */
export type NewStories = { selection: Selection; window: StoryWindow; skipped?: string };

/** Selects the stories that an issue of the edition would have at `now` (milliseconds). It writes nothing. */
export async function newStories(
  { config, articles, issues, complaints }: Services,
  edition: EditionSettings,
  now: number,
): Promise<NewStories> {
  const cursor = await issues.cursor(edition.id);
  const window = storyWindow(edition, cursor, now);
  const { languages } = config.publication;
  const selection = await selectStories(articles, edition, languages, cursor, window);
  const skipped = (await reasonToStop(complaints, edition.id)) ?? tooFewReason(edition, window, selection);
  return { selection, window, ...(skipped !== undefined && { skipped }) };
}
