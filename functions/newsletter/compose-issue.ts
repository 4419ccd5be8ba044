import { createHash } from 'node:crypto';
import type { Article } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import type { Templates } from '../locale.ts';
import { handOver } from '../queue.ts';
import type { EditionSettings } from '../settings.ts';
import { type Choice, choiceKey, SHARDS } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { composeDigest } from './compose-digest.ts';
import {
  type FrozenIssue,
  type Issue,
  issueId,
  issueUrl,
  type Variant,
  type VariantSummary,
} from './issue.ts';
import type { EditionCursor, IssueRef } from './issue-store.ts';
import { localTimeOfSlot } from './local-time.ts';
import { RECENT_ISSUES, selectStories, storiesFor, storyWindow } from './select-stories.ts';
import type { StartServices } from './start-issue.ts';

export type ComposeServices = StartServices & {
  articles: ArticleStore;
  subscribers: SubscriberStore;
  templates: Templates;
};

/** How often stories are selected again when another issue of the edition took some at the same time. */
const ATTEMPTS = 3;

/**
 * Select, compose a mail for each choice of readers, freeze, and have it planned. A crash before the freeze leaves the
 * issue new, and it is done again; after it, nothing here changes it any more.
 */
export async function composeIssue(services: ComposeServices, ref: IssueRef): Promise<void> {
  const { config, issues, queue, log } = services;
  const edition = config.publication.editions.find(({ id }) => id === ref.edition);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const issue = await issues.get(ref);
    if (issue?.state !== 'new') return;
    if (!edition) {
      await issues.end(ref, ['new'], 'stopped', `the settings have no edition "${ref.edition}" any more`);
      return;
    }
    const cursor = await issues.cursor(edition.id);
    const window = storyWindow(cursor, services.clock());
    const stories = await selectStories(
      services.articles,
      edition,
      config.publication.languages,
      cursor,
      window,
    );
    if (stories.length < edition.stories.min) {
      const reason = `${stories.length} new ${stories.length === 1 ? 'story' : 'stories'} since ${window.after}; the edition wants at least ${edition.stories.min}`;
      if (await issues.end(ref, ['new'], 'skipped', reason))
        log.info('an issue was skipped', { issue: issueId(ref), reason });
      return;
    }
    const { variants, choices } = await composeVariants(services, edition, issue, stories);
    for (const variant of variants) await issues.putVariant(ref, variant);
    const frozen = frozenIssue(config, edition, issue, window, stories, variants, choices);
    if (await issues.freeze(ref, frozen, nextCursor(cursor, ref.slot, frozen))) {
      log.info('an issue was composed', {
        issue: issueId(ref),
        stories: stories.length,
        variants: variants.length,
      });
      await handOver(
        queue,
        log,
        Array.from({ length: frozen.shards }, (_, shard) => ({ kind: 'plan' as const, ...ref, shard })),
      );
      return;
    }
  }
  throw new Error(
    `issue ${issueId(ref)} could not be composed: other issues of its edition kept taking stories; the sweep tries again`,
  );
}

type Composed = Pick<FrozenIssue, 'choices'> & { variants: Variant[] };

/** One mail for each language (also the web version) and each other story list that readers' choices come to. */
async function composeVariants(
  services: ComposeServices,
  edition: EditionSettings,
  issue: Issue,
  stories: Article[],
): Promise<Composed> {
  const { config, subscribers, templates } = services;
  const { publication, baseUrl } = config;
  const wholeLanguages: Choice[] = edition.languages.map((language) => ({ language, topics: [] }));
  const variants = new Map<string, Variant>();
  const choices: Record<string, string> = {};
  for (const choice of [...wholeLanguages, ...(await subscribers.choices(edition.id))]) {
    const language = edition.languages.includes(choice.language)
      ? choice.language
      : (edition.languages[0] ?? choice.language);
    const chosen = storiesFor(stories, { ...choice, language }, publication.languages);
    const storyIds = chosen.map(({ id }) => id);
    const key = variantKey(language, storyIds);
    choices[choiceKey(choice)] = chosen.length > 0 ? key : '';
    if (chosen.length === 0 || variants.has(key)) continue;
    const webUrl = `${issueUrl(issue, baseUrl)}?variant=${key}`;
    const { subject, html, text } = await composeDigest({
      publication,
      edition,
      language,
      issue,
      stories: chosen,
      baseUrl,
      webUrl,
      templates,
    });
    variants.set(key, { key, language, storyIds, subject, html, text });
  }
  return { variants: [...variants.values()], choices };
}

function variantKey(language: string, storyIds: string[]): string {
  return `${language}-${createHash('sha256').update(storyIds.join('\n')).digest('hex').slice(0, 12)}`;
}

function frozenIssue(
  config: Config,
  edition: EditionSettings,
  { slot, composition }: Issue,
  window: { after: string; until: string },
  stories: Article[],
  variants: Variant[],
  choices: Record<string, string>,
): FrozenIssue {
  const [domain] = config.publication.idAuthority.split(',');
  const localTime = edition.readerHour ? localTimeOfSlot(slot) : undefined;
  return {
    composition: composition + 1,
    ...window,
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

function nextCursor(cursor: EditionCursor, slot: string, frozen: FrozenIssue): EditionCursor {
  const recent = [{ slot, storyIds: frozen.storyIds }, ...cursor.recent].slice(0, RECENT_ISSUES);
  return { version: cursor.version + 1, until: frozen.until, recent };
}
