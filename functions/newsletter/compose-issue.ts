import { type EditionSettings, editionOf } from '../settings/publication.ts';
import { reasonToStop } from './complaints.ts';
import { continueDraft, makeDraft } from './drafts.ts';
import { type Issue, issueId } from './issue.ts';
import {
  type ComposeServices,
  frozenIssue,
  releaseToReaders,
  skipIssue,
  storeVariants,
  tooFew,
  tooFewLeft,
} from './issue-steps.ts';
import type { IssueRef } from './issue-store.ts';
import { cursorAfter, cursorWithout, selectStories, storiesNow, storyWindow } from './select-stories.ts';

/** How often it is all read again when another step of the issue, or another issue of the edition, was first. */
const ATTEMPTS = 3;

/**
 * Takes an issue as far as composing can. A crash before a step is written leaves the issue where it was, and it is done
 * again; a step that was written leads on from there, whoever repeats the message.
 */
export async function composeIssue(services: ComposeServices, ref: IssueRef): Promise<void> {
  const { config, issues } = services;
  const edition = editionOf(config.publication, ref.edition);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const issue = await issues.get(ref);
    if (!issue) return;
    if (await (edition ? nextStep(services, edition, issue) : withoutEdition(services, issue))) return;
  }
  throw new Error(
    `issue ${issueId(ref)} could not be composed: other issues of its edition kept taking stories; the sweep tries again`,
  );
}

/** False where another was first, and all has to be read again. */
async function nextStep(services: ComposeServices, edition: EditionSettings, issue: Issue): Promise<boolean> {
  switch (issue.state) {
    case 'new':
    case 'draft': {
      const stopped = await reasonToStop(services.complaints, edition.id);
      if (stopped) return skipIssue(services, issue, stopped);
      return issue.state === 'new'
        ? composeNew(services, edition, issue)
        : continueDraft(services, edition, issue);
    }
    case 'sending':
      return issue.startedAt ? true : withoutRetracted(services, edition, issue);
    default:
      return true;
  }
}

/** Nothing can be composed. It goes on from where it was, by a person's hand, once the edition is there again. */
async function withoutEdition({ issues, log }: ComposeServices, issue: Issue): Promise<boolean> {
  const isUnplanned = ['new', 'draft', 'sending'].includes(issue.state) && !issue.startedAt;
  if (!isUnplanned) return true;
  const reason = `the settings have no edition "${issue.edition}" any more`;
  if (!(await issues.stop(issue, issue, reason))) return false;
  log.warn('an issue was stopped: its edition is gone', { issue: issueId(issue), reason });
  return true;
}

async function composeNew(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
): Promise<boolean> {
  const { articles, config, issues, clock } = services;
  const cursor = await issues.cursor(edition.id);
  const window = storyWindow(cursor, clock());
  const { languages } = config.publication;
  const { stories, passed } = await selectStories(articles, edition, languages, cursor, window);
  const reason = tooFew(edition, window, stories);
  if (reason !== undefined) {
    // A draft is made ahead of the hour: until then there may be more.
    if (issue.review && clock() < Date.parse(issue.review.releaseAt)) return true;
    return skipIssue(services, issue, reason);
  }
  const taken = { ...window, passed };
  if (issue.review) return makeDraft(services, edition, issue, taken, stories, 'none');
  const composed = await storeVariants(services, edition, issue, stories);
  const frozen = frozenIssue(services, edition, issue, taken, stories, composed);
  return releaseToReaders(services, issue, frozen, { cursor: cursorAfter(cursor, issue.slot, frozen) });
}

/** Between composing and planning: a story that was retracted takes its place in the issue with it. */
async function withoutRetracted(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
): Promise<boolean> {
  const { issues } = services;
  const before = await issues.frozen(issue);
  if (!before) return false;
  const stories = await storiesNow(services, before.storyIds);
  if (stories.length === before.storyIds.length) return true;
  if (stories.length < edition.stories.min) {
    const cursor = cursorWithout(await issues.cursor(edition.id), issue.slot, before);
    return skipIssue(services, issue, tooFewLeft(before, stories, edition), { cursor });
  }
  const composed = await storeVariants(services, edition, issue, stories);
  return releaseToReaders(services, issue, frozenIssue(services, edition, issue, before, stories, composed));
}
