import { isoTime } from '../shared/clock.ts';
import { readPart } from './archive.ts';
import { isConfigured } from './configured-feeds.ts';
import { windowKey } from './feed-head.ts';
import { type FeedAddress, feedKey } from './feed-key.ts';
import type { FeedServices } from './feed-services.ts';
import { archiveWindow, type FeedWindow, feedWindow } from './feed-window.ts';

/** What a document holds, strongly consistent or at most a second old. Undefined where there is no such feed. */
export async function readWindow(
  { config, clock, feeds, feedCache }: Pick<FeedServices, 'config' | 'clock' | 'feeds' | 'feedCache'>,
  address: FeedAddress,
): Promise<FeedWindow | undefined> {
  const { selector, archive } = address;
  const now = clock();
  const key = feedKey(selector);
  const window = await feedCache.window(windowKey(address), now, async () => {
    if (archive) return archiveWindow(await readPart(feeds, key, archive, isoTime(now)));
    const { idAuthority, feeds: settings } = config.publication;
    const pointers = await feeds.newest(key, isoTime(now), settings.entries);
    return feedWindow(pointers, Date.parse(idAuthority.split(',')[1] ?? ''));
  });
  const isThereAnyway = !archive && isConfigured(config.publication, selector);
  return window.pointers.length > 0 || isThereAnyway ? window : undefined;
}
