import type { Article } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { DAY_MILLISECONDS } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { handOver } from '../shared/queue.ts';
import type { Links } from '../subscribers/links.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { ComplaintStore } from './complaints.ts';
import { type FrozenIssue, type Issue, issueId, type VariantSummary } from './issue.ts';
import type { Step } from './issue-store.ts';
import type { ReviewStore } from './review-store.ts';
import type { StoryWindow } from './select-stories.ts';
import { localTimeOfSlot } from './slot.ts';
import type { StartServices } from './start-issue.ts';
import { type Composed, renderVariants, wholeLanguages } from './variants.ts';

export type ComposeServices = StartServices & {
  articles: ArticleStore;
  subscribers: SubscriberStore;
  reviews: ReviewStore;
  complaints: ComplaintStore;
  links: Links;
  templates: Templates;
};

/** A mail for each choice that readers have made, stored before anything refers to it. */
export async function storeVariants(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
  stories: Article[],
): Promise<Composed> {
  const readers = [...wholeLanguages(edition), ...(await services.subscribers.choices(edition.id))];
  const composed = await renderVariants(services, edition, issue, stories, readers);
  for (const variant of composed.variants) await services.issues.putVariant(issue, variant);
  if (composed.leftOut > 0)
    services.log.warn('an issue has more choices than mails; those left out get all of their language', {
      issue: issueId(issue),
      choices: readers.length,
      leftOut: composed.leftOut,
      variants: composed.variants.length,
    });
  return composed;
}

/** What an issue looked at, and passed over. */
export type Taken = Pick<FrozenIssue, 'after' | 'until' | 'passed'>;

export function frozenIssue(
  { config, links }: Pick<ComposeServices, 'config' | 'links'>,
  edition: EditionSettings,
  issue: Issue,
  { after, until, passed }: Taken,
  stories: Article[],
  { variants, choices }: Composed,
): FrozenIssue {
  const [domain] = config.publication.idAuthority.split(',');
  const localTime = edition.readerHour ? hourOf(issue) : undefined;
  return {
    composition: issue.composition + 1,
    after,
    until,
    passed,
    storyIds: stories.map(({ id }) => id),
    from: edition.from,
    ...(edition.replyTo && { replyTo: edition.replyTo }),
    listId: `<${edition.id}.${domain}>`,
    baseUrl: config.baseUrl,
    installation: links.installation,
    ...(localTime && { readerHour: { localTime, timeZone: edition.timeZone } }),
    variants: variants.map(({ html, text, ...summary }): VariantSummary => summary),
    choices,
  };
}

/** Slots of a schedule are at most half a day ahead, and local: one further off was named by an editor, as any name is. */
const FURTHEST_SLOT_MILLISECONDS = 2 * DAY_MILLISECONDS;

/** The local time that readers wait for; undefined: they wait for none. */
function hourOf({ slot, createdAt }: Issue): string | undefined {
  const localTime = localTimeOfSlot(slot);
  if (!localTime) return undefined;
  const isNear = Date.parse(`${localTime}Z`) - Date.parse(createdAt) <= FURTHEST_SLOT_MILLISECONDS;
  return isNear ? localTime : undefined;
}

/**
 * Freezes the issue as one that goes to its readers, and has it planned. Nothing is mailed here. False if another step of the
 * issue was first: then all has to be read again.
 */
export async function releaseToReaders(
  { issues, queue, log }: ComposeServices,
  issue: Issue,
  frozen: FrozenIssue,
  step: Step = {},
): Promise<boolean> {
  const { edition, slot } = issue;
  if (!(await issues.freeze(issue, issue, 'sending', frozen, step))) return false;
  log.info('an issue was composed', {
    issue: issueId(issue),
    composition: frozen.composition,
    stories: frozen.storyIds.length,
    variants: frozen.variants.length,
  });
  await handOver(
    queue,
    log,
    Array.from({ length: issue.parts }, (_, part) => ({ kind: 'plan' as const, edition, slot, part })),
  );
  return true;
}

export async function skipIssue(
  { issues, log }: ComposeServices,
  issue: Issue,
  reason: string,
  step: Step = {},
): Promise<boolean> {
  if (!(await issues.skip(issue, issue, reason, step))) return false;
  log.info('an issue was skipped', { issue: issueId(issue), reason });
  return true;
}

/** Why there is nothing to send, for people; undefined where there are stories enough. */
export function tooFew(
  { stories: { min } }: EditionSettings,
  { after }: StoryWindow,
  { length }: Article[],
): string | undefined {
  if (length >= min) return undefined;
  return `${length} new ${length === 1 ? 'story' : 'stories'} since ${after}; the edition wants at least ${min}`;
}

export function tooFewLeft(
  { storyIds }: FrozenIssue,
  { length }: Article[],
  { stories: { min } }: EditionSettings,
): string {
  return `${length} of its ${storyIds.length} stories ${length === 1 ? 'is' : 'are'} left, the others were retracted or went out in another issue; the edition wants at least ${min}`;
}
