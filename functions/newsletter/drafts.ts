import type { Article } from '../articles/article.ts';
import { APPROVE_PLACEHOLDER, HOLD_PLACEHOLDER } from '../mails/placeholders.ts';
import type { DigestInput } from '../mails/render-digest.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { dayAndTime, phrasesIn, type Templates } from '../shared/locale.ts';
import { handOver } from '../shared/queue.ts';
import { cursorAfter } from './edition-cursor.ts';
import { type Decision, type Issue, issueId } from './issue.ts';
import {
  type ComposeServices,
  frozenIssue,
  releaseToReaders,
  skipIssue,
  storeVariants,
  type Taken,
} from './issue-steps.ts';
import { renderVariants, wholeLanguages } from './issue-variants.ts';
import { givenUpReason, releaseOf } from './review.ts';
import { storiesNow, tooFewLeftReason } from './select-stories.ts';

/**
 * Composes the draft of an issue, one mail in each language. It is stored together with the event that sends it to the
 * editors. Returns false if another process wrote a step of the issue first.
 */
export async function makeDraft(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
  window: Taken,
  stories: Article[],
  decision: Decision | 'none',
): Promise<boolean> {
  const { templates, issues, queue, clock, log } = services;
  const head = draftHead(templates, edition, issue);
  const composed = await renderVariants(services, edition, issue, stories, wholeLanguages(edition), head);
  for (const variant of composed.variants) await issues.putVariant(issue, variant);
  const frozen = frozenIssue(services, edition, issue, window, stories, composed);
  const at = isoTime(clock());
  const { composition } = frozen;
  const id = `${at}#draft#${issueId(issue)}#${composition}`;
  const { slot } = issue;
  const event = { kind: 'draft-composed' as const, edition: edition.id, slot, composition };
  if (!(await issues.freeze(issue, issue, 'draft', frozen, { decision, event: { id, event } }))) return false;
  log.info('a draft was composed', { issue: issueId(issue), composition, stories: stories.length });
  await handOver(queue, log, [{ kind: 'letter', outboxId: id }]);
  return true;
}

/**
 * Decides what happens to a draft. It goes out, is given up, waits, or is shown to the editors again because it lost a
 * story. No story is ever added to a draft, so an editor who approved one has seen every story that goes out. The mails
 * are composed when the draft goes out, from the stories as they are then, with the edits made since the draft.
 */
export async function continueDraft(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
): Promise<boolean> {
  const { issues, reviews, clock } = services;
  const decision = (await reviews.decision(issue)) ?? 'none';
  const before = await issues.frozen(issue);
  if (!before || !issue.review) return false;
  const release = releaseOf(issue.review, decision, clock());
  if (release === 'give-up')
    return skipIssue(services, issue, givenUpReason(issue.review, decision), { decision });

  const cursor = await issues.cursor(edition.id);
  const sentBefore = new Set(cursor.recent.flatMap(({ storyIds }) => storyIds));
  const stories = (await storiesNow(services, before.storyIds)).filter(({ id }) => !sentBefore.has(id));
  if (stories.length < edition.stories.min)
    return skipIssue(services, issue, tooFewLeftReason(before, stories, edition));
  if (release === 'send') {
    const composed = await storeVariants(services, edition, issue, stories);
    const frozen = frozenIssue(services, edition, issue, before, stories, composed);
    return releaseToReaders(services, issue, frozen, {
      cursor: cursorAfter(cursor, issue.slot, frozen),
      decision,
    });
  }
  if (stories.length === before.storyIds.length) return true;
  return makeDraft(services, edition, issue, before, stories, decision);
}

/**
 * Returns what a draft shows above the mail: a notice about what will happen to it, and the buttons to approve or to
 * hold it.
 */
export function draftHead(
  templates: Templates,
  { timeZone }: EditionSettings,
  { review, composition }: Issue,
): (language: string) => Pick<DigestInput, 'notice' | 'buttons'> {
  return (language) => {
    const phrases = phrasesIn(templates, language);
    const time = review ? dayAndTime(review.releaseAt, language, timeZone) : '';
    const fate = phrases(review?.otherwise === 'hold' ? 'mail.review.hold' : 'mail.review.send', { time });
    return {
      notice: composition > 0 ? `${phrases('mail.review.changed')} ${fate}` : fate,
      buttons: [
        { text: phrases('mail.review.approveButton'), url: APPROVE_PLACEHOLDER },
        { text: phrases('mail.review.holdButton'), url: HOLD_PLACEHOLDER },
      ],
    };
  };
}
