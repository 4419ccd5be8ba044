import type { FeedServices } from '../feeds/feed-services.ts';
import { serveFeed } from '../feeds/serve-feed.ts';
import { topicAddress } from './topic.ts';

/** What a topic's subscribers are sent: the whole document, and the headers it is served with. */
export type Content = { etag: string; body: Uint8Array<ArrayBuffer>; headers: Record<string, string> };

/** The content of a topic; undefined where it is no document of the site, or not any more. */
export type ReadContent = (topic: string) => Promise<Content | undefined>;

/** Each reader that it gives reads a topic once, as it is then; what has not changed since the last is not read again. */
export function contentReaders(services: FeedServices): () => ReadContent {
  const last = new Map<string, Content>();
  return () => {
    const known = new Map<string, Promise<Content | undefined>>();
    const read: ReadContent = async (topic) => {
      const content = await contentOf(services, topic, last.get(topic));
      if (content) last.set(topic, content);
      return content;
    };
    return (topic) => {
      const content = known.get(topic) ?? read(topic);
      known.set(topic, content);
      return content;
    };
  };
}

async function contentOf(
  services: FeedServices,
  topic: string,
  before: Content | undefined,
): Promise<Content | undefined> {
  const address = topicAddress(services.config, topic);
  if (!address) return undefined;
  const outcome = await serveFeed(services, address, { ifNoneMatch: before?.etag });
  if (!outcome.ok) {
    if (outcome.refusal.kind === 'not-found') return undefined;
    throw new Error(`${topic} could not be read: ${outcome.refusal.kind}`);
  }
  const { status, headers } = outcome.value;
  if (status === 304) return before;
  return {
    etag: headers.get('etag') ?? '',
    body: new Uint8Array(await outcome.value.arrayBuffer()),
    headers: { 'content-type': headers.get('content-type') ?? '', link: headers.get('link') ?? '' },
  };
}
