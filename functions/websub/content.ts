import type { FeedServices } from '../feeds/feed-services.ts';
import { serveFeed } from '../feeds/serve-feed.ts';
import { topicAddress } from './topic.ts';

/** What a topic's subscribers are sent: the whole document as it is now, and the headers it is served with. */
export type Content = { body: Uint8Array; headers: Record<string, string> };

/** Reads each topic once. Undefined where it is no document of the site, or not any more. */
export function contents(services: FeedServices): (topic: string) => Promise<Content | undefined> {
  const known = new Map<string, Promise<Content | undefined>>();
  return (topic) => {
    const content = known.get(topic) ?? contentOf(services, topic);
    known.set(topic, content);
    return content;
  };
}

async function contentOf(services: FeedServices, topic: string): Promise<Content | undefined> {
  const address = topicAddress(services.config.baseUrl, topic);
  if (!address) return undefined;
  const outcome = await serveFeed(services, address, {});
  if (!outcome.ok) {
    if (outcome.refusal.kind === 'not-found') return undefined;
    throw new Error(`${topic} could not be read: ${outcome.refusal.kind}`);
  }
  const { headers } = outcome.value;
  return {
    body: new Uint8Array(await outcome.value.arrayBuffer()),
    headers: { 'content-type': headers.get('content-type') ?? '', link: headers.get('link') ?? '' },
  };
}
