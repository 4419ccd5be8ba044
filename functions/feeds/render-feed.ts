import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Article, guidOf } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import { sectionName } from '../articles/section-name.ts';
import type { Config } from '../config.ts';
import { isoTime } from '../services.ts';
import { feedEntry } from './feed-entry.ts';
import { feedInfo } from './feed-info.ts';
import type { FeedFormat, FeedSelector } from './feed-key.ts';
import type { Pointer } from './feed-store.ts';
import type { FeedWindow } from './feed-window.ts';
import { renderAtom, type Tombstone } from './render-atom.ts';
import { renderJson } from './render-json.ts';
import { renderRss } from './render-rss.ts';

/** Changes with every change of a renderer that changes bytes: it is part of every ETag. */
export const RENDERER_VERSION = '1';

/** A reader should get a document in one piece, on a phone too; what does not fit is older than what does. */
const MAX_DOCUMENT_BYTES = 2_000_000;

export type RenderedFeed = Record<'br' | 'gzip', Uint8Array>;

/**
 * The documents of a window. Undefined where an article has changed since the window was read: the bytes would not be
 * those that its ETag names, so the caller reads the window again.
 */
export async function renderFeed(
  { config, articles }: { config: Config; articles: ArticleStore },
  selector: FeedSelector,
  format: FeedFormat,
  window: FeedWindow,
): Promise<RenderedFeed | undefined> {
  const stored = await articlesOf(articles, window.entries);
  const entries: Article[] = [];
  for (const { id, version } of window.entries) {
    const article = stored.get(id);
    if (article?.version !== version) return undefined;
    entries.push(article);
  }
  const tombstones = format === 'atom' ? tombstonesOf(config, window) : [];
  return compressed(withinLimit(config, selector, format, entries, tombstones, window.lastModified));
}

/** Eventually consistent at half the price; what then is older than its pointer says is read again. */
async function articlesOf(articles: ArticleStore, pointers: Pointer[]): Promise<Map<string, Article>> {
  const versions = new Map<string, number>();
  for (const { id, version } of pointers) versions.set(id, Math.max(version, versions.get(id) ?? 0));
  const found = new Map(
    (await articles.getMany([...versions.keys()], { consistent: false })).map((article) => [
      article.id,
      article,
    ]),
  );
  const stale = [...versions]
    .filter(([id, version]) => (found.get(id)?.version ?? 0) < version)
    .map(([id]) => id);
  for (const article of await articles.getMany(stale, { consistent: true })) found.set(article.id, article);
  return found;
}

function tombstonesOf({ publication }: Config, window: FeedWindow): Tombstone[] {
  return window.removed.map(({ id, removedAt }) => ({
    guid: guidOf(id, publication.idAuthority),
    when: isoTime(removedAt),
  }));
}

function withinLimit(
  config: Config,
  selector: FeedSelector,
  format: FeedFormat,
  all: Article[],
  tombstones: Tombstone[],
  lastModified: number,
): string {
  let articles = all;
  for (;;) {
    const document = rendered(config, selector, format, articles, tombstones, lastModified);
    const bytes = Buffer.byteLength(document);
    if (bytes <= MAX_DOCUMENT_BYTES || articles.length <= 1) return document;
    const fitting = Math.floor((articles.length * MAX_DOCUMENT_BYTES) / bytes);
    articles = articles.slice(0, Math.max(1, Math.min(fitting, articles.length - 1)));
  }
}

function rendered(
  config: Config,
  selector: FeedSelector,
  format: FeedFormat,
  articles: Article[],
  tombstones: Tombstone[],
  lastModified: number,
): string {
  const { publication, baseUrl } = config;
  const info = feedInfo(config, selector, format, articles);
  const entries = articles.map((article) =>
    feedEntry(article, {
      baseUrl,
      idAuthority: publication.idAuthority,
      sectionName: (section) => sectionName(publication, section, article.language),
    }),
  );
  switch (format) {
    case 'rss':
      return renderRss(info, entries, lastModified);
    case 'atom':
      return renderAtom(info, entries, tombstones, lastModified);
    case 'json':
      return renderJson(info, entries);
  }
}

async function compressed(document: string): Promise<RenderedFeed> {
  const bytes = Buffer.from(document);
  // Quality 5 is within some per cent of the best at a thirtieth of its time.
  const brotli = promisify(brotliCompress)(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength },
  });
  const [br, gz] = await Promise.all([brotli, promisify(gzip)(bytes)]);
  return { br, gzip: gz };
}
