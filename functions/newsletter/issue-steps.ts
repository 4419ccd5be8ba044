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
import { type Composed, renderVariants, wholeLanguages } from './issue-variants.ts';
import type { ReviewStore } from './review-store.ts';
import { localTimeOfSlot } from './slot.ts';
import type { StartServices } from './start-issue.ts';

/** The steps that `compose-issue.ts` and `drafts.ts` both take an issue through. */

export type ComposeServices = StartServices & {
  articles: ArticleStore;
  subscribers: SubscriberStore;
  reviews: ReviewStore;
  complaints: ComplaintStore;
  links: Links;
  templates: Templates;
};

/**
 * Renders and stores a mail for each choice that readers have made. The issue refers to the mails only after all of
 * them are stored.
 */
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
    services.log.warn(
      'an issue has no room for a mail for every choice; readers left out get all stories of their language',
      {
        issue: issueId(issue),
        choices: readers.length,
        leftOut: composed.leftOut,
        variants: composed.variants.length,
      },
    );
  return composed;
}

/**
 * The span of time in which the stories of an issue became public, and for each language the time up to which it left
 * stories out.
 */
export type Taken = Pick<FrozenIssue, 'after' | 'until' | 'passed'>;

/** Returns what is stored about a composed issue, so that later changes of the settings do not touch it. */
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

/**
 * The schedule makes an issue at most half a day before its slot. The local time in the slot's name, read as UTC, is at
 * most 14 hours further ahead. A slot even further ahead is a name that an editor chose, and no reader waits for its
 * hour.
 */
const FURTHEST_SLOT_MILLISECONDS = 2 * DAY_MILLISECONDS;

/** Returns the local time at which readers get the issue, or undefined if they get it at once. */
function hourOf({ slot, createdAt }: Issue): string | undefined {
  const localTime = localTimeOfSlot(slot);
  if (!localTime) return undefined;
  const isNear = Date.parse(`${localTime}Z`) - Date.parse(createdAt) <= FURTHEST_SLOT_MILLISECONDS;
  return isNear ? localTime : undefined;
}

/**
 * Freezes the issue, so that it goes to its readers, and sends the messages that start its planning. Nothing is mailed
 * here. Returns false if another step of the issue was written first. The caller then reads the issue again.
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

/** Ends the issue without sending it. Returns false if another step of the issue was written first. */
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
