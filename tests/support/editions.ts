import type { EditionSettings } from '../../functions/settings/publication.ts';
import { testConfig } from './config.ts';
import type { World } from './installation.ts';
import { sendNow } from './newsroom.ts';

/** Returns the settings with these editions. Each is the daily edition without its sponsor, with the given changes. */
export function withEditions(...changes: Partial<EditionSettings>[]) {
  const { publication } = testConfig();
  const [daily] = publication.editions;
  if (!daily) throw new Error('the settings have no edition');
  const { sponsor: _, ...plain } = daily;
  return { publication: { ...publication, editions: changes.map((change) => ({ ...plain, ...change })) } };
}

let sent = 0;

/**
 * Sends an issue now. Returns the ids of the stories that readers were mailed, in their order. There are none if the
 * issue was skipped.
 */
export async function sendIssue(world: World, edition = 'daily'): Promise<string[]> {
  sent += 1;
  const { slot } = await sendNow(world, `issue-${sent}`, edition);
  return storiesMailed(world, edition, slot);
}

export function storiesMailed(world: World, edition: string, slot: string): string[] {
  const ids = world.mails
    .filter(({ tags }) => hasTag(tags, 'edition', edition) && hasTag(tags, 'slot', slot))
    .flatMap(({ text }) => [...text.matchAll(/\/articles\/([\w-]+)$/gm)].map(([, id = '']) => id));
  return [...new Set(ids)];
}

const hasTag = (tags: { name: string; value: string }[], name: string, value: string) =>
  tags.some((tag) => tag.name === name && tag.value === value);
