import type { Article } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Templates } from '../locale.ts';
import { handOver } from '../queue.ts';
import type { EditionSettings } from '../settings.ts';
import { SHARDS } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { type Composed, composeVariants, wholeLanguages } from './compose-variants.ts';
import { cursorAfter, cursorWithout } from './edition-cursor.ts';
import { type FrozenIssue, type Issue, issueId, type VariantSummary } from './issue.ts';
import type { EditionCursor, IssueRef } from './issue-store.ts';
import { localTimeOfSlot } from './local-time.ts';
import { selectStories, storyWindow } from './select-stories.ts';
import type { StartServices } from './start-issue.ts';
import { storiesNow } from './stories-now.ts';

export type ComposeServices = StartServices & {
  articles: ArticleStore;
  subscribers: SubscriberStore;
  templates: Templates;
};

/** How often it is all read again when another step of the issue, or another issue of the edition, was first. */
const ATTEMPTS = 3;

/**
 * Takes an issue as far as composing can. A crash before a step is written leaves the issue where it was, and it is done
 * again; a step that was written leads on from there, whoever repeats the message.
 */
export async function composeIssue(services: ComposeServices, ref: IssueRef): Promise<void> {
  const { config, issues } = services;
  const edition = config.publication.editions.find(({ id }) => id === ref.edition);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const issue = await issues.get(ref);
    if (issue && !edition && issue.state === 'new') {
      await issues.end(ref, ['new'], 'stopped', `the settings have no edition "${ref.edition}" any more`);
      return;
    }
    if (!issue || !edition || (await nextStep(services, edition, issue))) return;
  }
  throw new Error(
    `issue ${issueId(ref)} could not be composed: other issues of its edition kept taking stories; the sweep tries again`,
  );
}

/** False where another was first, and all has to be read again. */
async function nextStep(services: ComposeServices, edition: EditionSettings, issue: Issue): Promise<boolean> {
  switch (issue.state) {
    case 'new':
      return composeNew(services, edition, issue);
    case 'sending':
      return issue.startedAt ? true : withoutRetracted(services, edition, issue);
    default:
      return true;
  }
}

async function composeNew(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
): Promise<boolean> {
  const { articles, config, issues, clock } = services;
  const cursor = await issues.cursor(edition.id);
  const window = storyWindow(cursor, clock());
  const stories = await selectStories(articles, edition, config.publication.languages, cursor, window);
  if (stories.length < edition.stories.min) {
    const reason = `${stories.length} new ${stories.length === 1 ? 'story' : 'stories'} since ${window.after}; the edition wants at least ${edition.stories.min}`;
    return skip(services, issue, reason);
  }
  const composed = await composeFor(services, edition, issue, stories);
  const frozen = frozenIssue(config, edition, issue, window, stories, composed);
  return send(services, issue, frozen, cursorAfter(cursor, issue.slot, frozen));
}

/** Between composing and planning: a story that was retracted takes its place in the issue with it. */
async function withoutRetracted(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
): Promise<boolean> {
  const { config, issues } = services;
  const before = await issues.frozen(issue);
  if (!before) return false;
  const stories = await storiesNow(services, before.storyIds);
  if (stories.length === before.storyIds.length) return true;
  if (stories.length < edition.stories.min) {
    const cursor = await issues.cursor(edition.id);
    return skip(
      services,
      issue,
      tooFewLeft(before, stories, edition),
      cursorWithout(cursor, issue.slot, before),
    );
  }
  const composed = await composeFor(services, edition, issue, stories);
  return send(services, issue, frozenIssue(config, edition, issue, before, stories, composed));
}

function tooFewLeft({ storyIds }: FrozenIssue, stories: Article[], edition: EditionSettings): string {
  return `${stories.length} of its ${storyIds.length} stories ${stories.length === 1 ? 'is' : 'are'} left, the others were retracted; the edition wants at least ${edition.stories.min}`;
}

/** A mail for each choice that readers have made, stored before anything refers to it. */
async function composeFor(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
  stories: Article[],
): Promise<Composed> {
  const readers = [...wholeLanguages(edition), ...(await services.subscribers.choices(edition.id))];
  const composed = await composeVariants(services, edition, issue, stories, readers);
  for (const variant of composed.variants) await services.issues.putVariant(issue, variant);
  return composed;
}

function frozenIssue(
  config: Config,
  edition: EditionSettings,
  { slot, composition }: Issue,
  { after, until }: { after: string; until: string },
  stories: Article[],
  { variants, choices }: Composed,
): FrozenIssue {
  const [domain] = config.publication.idAuthority.split(',');
  const localTime = edition.readerHour ? localTimeOfSlot(slot) : undefined;
  return {
    composition: composition + 1,
    after,
    until,
    storyIds: stories.map(({ id }) => id),
    from: edition.from,
    ...(edition.replyTo && { replyTo: edition.replyTo }),
    listId: `<${edition.id}.${domain}>`,
    baseUrl: config.baseUrl,
    ...(localTime && { readerHour: { localTime, timeZone: edition.timeZone } }),
    shards: SHARDS,
    variants: variants.map(({ html, text, ...summary }): VariantSummary => summary),
    choices,
  };
}

async function send(
  { issues, queue, log }: ComposeServices,
  issue: Issue,
  frozen: FrozenIssue,
  cursor?: EditionCursor,
): Promise<boolean> {
  const { edition, slot } = issue;
  if (!(await issues.freeze(issue, issue, frozen, cursor))) return false;
  log.info('an issue was composed', {
    issue: issueId(issue),
    composition: frozen.composition,
    stories: frozen.storyIds.length,
    variants: frozen.variants.length,
  });
  await handOver(
    queue,
    log,
    Array.from({ length: frozen.shards }, (_, shard) => ({ kind: 'plan' as const, edition, slot, shard })),
  );
  return true;
}

async function skip(
  { issues, log }: ComposeServices,
  issue: Issue,
  reason: string,
  cursor?: EditionCursor,
): Promise<boolean> {
  if (!(await issues.skip(issue, issue, reason, cursor))) return false;
  log.info('an issue was skipped', { issue: issueId(issue), reason });
  return true;
}
