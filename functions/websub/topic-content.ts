import { LRUCache } from 'lru-cache';
import type { FeedServices } from '../feeds/feed-services.ts';
import { serveFeed } from '../feeds/serve-feed.ts';
import { topicAddress } from './topic.ts';

/** The content that the subscribers of a topic get: the whole document, and the headers with which it is served. */
export type Content = { etag: string; body: Uint8Array<ArrayBuffer>; headers: Record<string, string> };

/**
 * The most bytes of content that are remembered. A document has at most 2 MB, but retries can be of any number of
 * topics. A topic that was forgotten is read again.
 */
const MAX_REMEMBERED_BYTES = 32 * 1024 * 1024;

/** The memory that a reading takes besides the body of its content. */
const OVERHEAD_BYTES = 500;

type Reading = { page: object; content: Promise<Content | undefined>; bytes: number };

/**
 * Returns a function that reads a topic once for each page of subscribers. If the document has not changed since the
 * last page, its content is used again. Each reading waits for the one before, so that no subscriber on a later page
 * gets an older document.
 */
export function contentByPage(
  services: FeedServices,
  maxRememberedBytes = MAX_REMEMBERED_BYTES,
): (topic: string, page: object) => Promise<Content | undefined> {
  const readings = new LRUCache<string, Reading>({
    maxSize: maxRememberedBytes,
    sizeCalculation: ({ bytes }) => bytes,
  });

  const read = async (topic: string, before: Reading['content'] | undefined) =>
    readContent(services, topic, await before?.catch(() => undefined));

  return (topic, page) => {
    const before = readings.get(topic);
    if (before?.page === page) return before.content;
    const content = read(topic, before?.content);
    const reading = { page, content, bytes: OVERHEAD_BYTES };
    readings.set(topic, reading);
    content.then(
      (found) => {
        const bytes = OVERHEAD_BYTES + (found?.body.byteLength ?? 0);
        if (readings.peek(topic) === reading) readings.set(topic, { ...reading, bytes });
      },
      // A reading that failed is not remembered.
      () => readings.peek(topic) === reading && readings.delete(topic),
    );
    return content;
  };
}

/**
 * Reads the content of a topic. Returns `before` if the document has not changed since then, and undefined if the topic
 * is not a document of the site, or not any more.
 */
export async function readContent(
  services: FeedServices,
  topic: string,
  before?: Content,
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
