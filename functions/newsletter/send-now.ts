import type { ArticleStore } from '../articles/article-store.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { ComplaintStore } from './complaints.ts';
import { type Issue, issueId } from './issue.ts';
import { newStories } from './new-stories.ts';
import { type Reach, reachOf } from './reach.ts';
import { isAhead } from './slot.ts';
import { type StartServices, startIssue } from './start-issue.ts';

export type SendNowServices = StartServices & {
  articles: ArticleStore;
  subscribers: Pick<SubscriberStore, 'members'>;
  complaints: ComplaintStore;
};

/** What an issue would be if it were sent now: its stories, and the readers who would get it. */
export type Outlook = Reach & {
  /** Ids of the stories of all languages. The order of a mail is the same. */
  storyIds: string[];
  /** Ids of the new stories that there is no room for. */
  leftOut: string[];
  /** Why the issue would not be sent. It is absent if the issue would be sent. */
  skipped?: string;
};

/** Works out what an issue of the edition would be now. It writes nothing. */
export async function outlookOf(services: SendNowServices, edition: EditionSettings): Promise<Outlook> {
  const { config, subscribers, clock } = services;
  const { languages } = config.publication;
  const { selection, skipped } = await newStories(services, edition, clock());
  const mailed = skipped === undefined ? selection.stories : [];
  return {
    ...(await reachOf(subscribers, edition, languages, mailed, clock())),
    storyIds: selection.stories.map(({ id }) => id),
    leftOut: selection.leftOut.map(({ id }) => id),
    ...(skipped !== undefined && { skipped }),
  };
}

/**
 * Sends an issue for an editor. The outlook says how many readers it reaches. It is absent if the slot had an issue
 * already: that issue is returned, and nothing new is sent.
 */
export async function sendNow(
  services: SendNowServices,
  edition: EditionSettings,
  slot: string,
): Promise<Outcome<{ issue: Issue; outlook?: Outlook }>> {
  const { issues, clock, log } = services;
  const isNew = (await issues.get({ edition: edition.id, slot })) === undefined;
  const outlook = isNew ? await outlookOf(services, edition) : undefined;
  const now = isoTime(clock());
  if (outlook?.skipped !== undefined && isAhead(edition, slot, clock()))
    return refused({
      kind: 'conflict',
      detail: `The schedule sends an issue with the slot ${slot} later, and now it would be skipped: ${outlook.skipped}. Then the schedule could not send it any more. Use another slot, or an Idempotency-Key.`,
    });
  const issue = await startIssue(services, edition.id, slot, now);
  if (isNew && isAhead(edition, slot, clock()))
    log.warn('an issue was started before its scheduled time; the schedule will not start it again', {
      issue: issueId(issue),
    });
  return done({ issue, ...(outlook && { outlook }) });
}
