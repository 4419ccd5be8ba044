import { type EditionSettings, editionOf } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { reasonToStop } from './complaints.ts';
import { continueDraft, makeDraft } from './drafts.ts';
import { cursorAfter, cursorWithout } from './edition-cursor.ts';
import { type Issue, issueId } from './issue.ts';
import {
  type ComposeServices,
  frozenIssue,
  releaseToReaders,
  skipIssue,
  storeVariants,
} from './issue-steps.ts';
import type { IssueRef } from './issue-store.ts';
import { inKnownState } from './known-state.ts';
import { selectStories, storiesNow, tooFewLeftReason, tooFewReason } from './select-stories.ts';
import { storyWindow } from './story-window.ts';
import { composeFailureOf } from './trouble.ts';

/**
 * How often composing is tried. It begins again if another process wrote a step of the issue, or another issue of the
 * edition, first.
 */
const ATTEMPTS = 3;

/**
 * Takes an issue through all the steps that can be done now: composing, drafts, release and skipping. Each step is one
 * transaction. After a crash the message comes again, and composing goes on from the last step that was written.
 */
export async function composeIssue(services: ComposeServices, ref: IssueRef): Promise<void> {
  const { config, issues } = services;
  const edition = editionOf(config.publication, ref.edition);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const issue = inKnownState(await issues.get(ref));
    if (!issue) return;
    try {
      if (await (edition ? nextStep(services, edition, issue) : stopWithoutEdition(services, issue))) return;
    } catch (error) {
      await noteFailure(services, issue, error);
      throw error;
    }
  }
  const error = new Error(
    `issue ${issueId(ref)} could not be composed: other issues of its edition kept taking stories; the sweep tries again`,
  );
  const issue = await issues.get(ref);
  if (issue) await noteFailure(services, issue, error);
  throw error;
}

/** The queue repeats the message. Until composing succeeds, the issue says why it fails. */
async function noteFailure(
  { issues, clock, log }: ComposeServices,
  issue: Issue,
  error: unknown,
): Promise<void> {
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  try {
    await issues.noteComposeFailure(issue, composeFailureOf(issue, { at: isoTime(clock()), reason }));
  } catch (inTheWay) {
    log.warn('the reason why an issue could not be composed could not be stored', {
      issue: issueId(issue),
      reason,
      error: inTheWay,
    });
  }
}

/**
 * Does the next step of the issue. Returns false if another process wrote a step first. The caller then reads the issue
 * again.
 */
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
      return issue.startedAt ? true : dropRetracted(services, edition, issue);
    default:
      return true;
  }
}

/**
 * Stops an issue whose edition is not in the settings any more, because it cannot be composed. When the edition is
 * back, somebody can resume the issue, and it goes on from where it was.
 */
async function stopWithoutEdition({ issues, log }: ComposeServices, issue: Issue): Promise<boolean> {
  const isUnplanned = ['new', 'draft', 'sending'].includes(issue.state) && !issue.startedAt;
  if (!isUnplanned) return true;
  const reason = `the settings have no edition "${issue.edition}" any more`;
  if (!(await issues.stop(issue, issue, reason))) return false;
  log.error('an issue was stopped: its edition is gone', { issue: issueId(issue), reason });
  return true;
}

async function composeNew(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
): Promise<boolean> {
  const { articles, config, issues, clock } = services;
  const cursor = await issues.cursor(edition.id);
  const window = storyWindow(edition, cursor, clock());
  const { languages } = config.publication;
  const selection = await selectStories(articles, edition, languages, cursor, window);
  const { stories, passed } = selection;
  const reason = tooFewReason(edition, window, selection);
  if (reason !== undefined) {
    // A draft is made before the hour of the issue. More stories may come until then, so the issue waits.
    if (issue.review && clock() < Date.parse(issue.review.releaseAt)) return true;
    return skipIssue(services, issue, reason);
  }
  const taken = { ...window, passed };
  if (issue.review) return makeDraft(services, edition, issue, taken, stories, 'none');
  const composed = await storeVariants(services, edition, issue, stories);
  const frozen = frozenIssue(services, edition, issue, taken, stories, composed);
  return releaseToReaders(services, issue, frozen, { cursor: cursorAfter(cursor, issue.slot, frozen) });
}

/** Composes the issue again if one of its stories was retracted, or taken out of newsletters, after composing and before planning. */
async function dropRetracted(
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
    return skipIssue(services, issue, tooFewLeftReason(before, stories, edition), { cursor });
  }
  const composed = await storeVariants(services, edition, issue, stories);
  return releaseToReaders(services, issue, frozenIssue(services, edition, issue, before, stories, composed));
}
