import type { Article } from '../articles/article.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { choiceKey, isPaused, type Member, SHARDS } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { languageOf } from './issue-variants.ts';
import { storiesFor } from './select-stories.ts';

/** How many readers an issue reaches, all together and for each language of the edition. */
export type Reach = { readers: number; byLanguage: Record<string, number> };

/** How many members are read at a time. They are a few megabytes at most. */
const PAGE_SIZE = 4_000;

/**
 * Counts the readers who would get an issue with these stories now. A reader who has paused, or whose language and
 * topics none of the stories fits, is not counted. All shards are read side by side.
 */
export async function reachOf(
  subscribers: Pick<SubscriberStore, 'members'>,
  edition: EditionSettings,
  languages: string[],
  stories: Article[],
  now: number,
): Promise<Reach> {
  const byLanguage = Object.fromEntries(edition.languages.map((language) => [language, 0]));
  const hasStories = new Map<string, boolean>();
  const count = (member: Member) => {
    const language = languageOf(edition, member);
    const choice = { language, topics: member.topics };
    const key = choiceKey(choice);
    if (!hasStories.has(key)) hasStories.set(key, storiesFor(stories, choice, languages).length > 0);
    if (hasStories.get(key) && !isPaused(member, now)) byLanguage[language] = (byLanguage[language] ?? 0) + 1;
  };
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  await Promise.all(
    shards.map(async (shard) => {
      let after: string | undefined;
      for (;;) {
        const members = await subscribers.members(edition.id, shard, after, PAGE_SIZE);
        members.forEach(count);
        if (members.length < PAGE_SIZE) return;
        after = members.at(-1)?.subscriberId;
      }
    }),
  );
  const readers = Object.values(byLanguage).reduce((sum, each) => sum + each, 0);
  return { readers, byLanguage };
}
