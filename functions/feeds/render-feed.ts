import { type Article, guidOf } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import { type Publication, sectionName } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { feedEntry, feedInfo } from './feed-info.ts';
import {
  type ArchivePart,
  type FeedAddress,
  type FeedSelector,
  feedPath,
  monthOf,
  PODCAST_FILE,
  positionOf,
} from './feed-key.ts';
import { BLOCK_BYTES, type FeedWindow, type Pointer } from './feed-window.ts';
import { encode } from './negotiation.ts';
import { renderAtom, type Tombstone } from './render-atom.ts';
import { renderJson } from './render-json.ts';
import { renderRss } from './render-rss.ts';

/** A part of every ETag. It must change with every change of a renderer that changes bytes. */
export const RENDERER_VERSION = '4';

/** The most bytes of a document, so that a phone can load it in one piece. The oldest articles are left out. */
const MAX_DOCUMENT_BYTES = 2_000_000;

/**
 * The most tombstones of a document, as in a part of an archive (`PART_SIZES`). Somebody may retract ten thousand stories
 * at once. The articles that left last count, because feed readers have seen the removal of the others.
 */
export const MOST_TOMBSTONES = 1_000;

export type RenderedFeed = Record<'br' | 'gzip', Uint8Array> & {
  /** True if every article of the window is in the document. */
  isWhole: boolean;
};

/**
 * Renders the document of a window. Returns undefined if an article has changed since the window was read. The bytes
 * would then not fit the window's ETag, so the caller has to read the window again.
 */
export async function renderFeed(
  { config, articles }: { config: Config; articles: ArticleStore },
  address: FeedAddress,
  window: FeedWindow,
): Promise<RenderedFeed | undefined> {
  const { namedBy } = window;
  const fitting = entriesThatMayFit(window.entries);
  const wanted = namedBy ? [namedBy, ...fitting] : fitting;
  const stored = await articlesOf(articles, wanted);
  if (wanted.some(({ id, version }) => stored.get(id)?.version !== version)) return undefined;
  const name = stored.get(namedBy?.id ?? '');
  let shown = fitting.flatMap(({ id }) => stored.get(id) ?? []);
  for (;;) {
    const document = documentText(config, address, window, name, shown);
    const bytes = Buffer.byteLength(document);
    if (bytes <= MAX_DOCUMENT_BYTES || shown.length <= 1) {
      return { ...(await compressed(document)), isWhole: shown.length === window.entries.length };
    }
    const most = Math.floor((shown.length * MAX_DOCUMENT_BYTES) / bytes);
    shown = shown.slice(0, Math.max(1, Math.min(most, shown.length - 1)));
  }
}

/**
 * Returns the newest entries that may fit into a document, so that the others need not be read. The sizes in the
 * pointers are never too large, so no entry that fits is left out.
 */
function entriesThatMayFit(entries: Pointer[]): Pointer[] {
  let bytes = 0;
  const end = entries.findIndex(({ moreBlocks = 0 }, index) => {
    bytes += moreBlocks * BLOCK_BYTES;
    return index > 0 && bytes > MAX_DOCUMENT_BYTES;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

/**
 * Returns the articles of pointers by their ids. The first read is eventually consistent, which costs half. Articles
 * that are older than their pointers say are read again.
 */
export async function articlesOf(articles: ArticleStore, pointers: Pointer[]): Promise<Map<string, Article>> {
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

async function compressed(document: string): Promise<Pick<RenderedFeed, 'br' | 'gzip'>> {
  const [br, gzip] = await Promise.all([encode(document, 'br'), encode(document, 'gzip')]);
  return { br, gzip };
}

/**
 * Returns the text of a document. `namedBy` is the newest article of the window. `articles` are all articles of the
 * window, or as many of the newest as fit.
 */
export function documentText(
  config: Config,
  address: FeedAddress,
  window: FeedWindow,
  namedBy: Article | undefined,
  articles: Article[],
): string {
  const { publication, baseUrl } = config;
  const hasAll = articles.length === window.entries.length;
  const older = hasAll ? window.older : partBelow(address, articles.at(-1));
  // Pointers are precise to the second only, and no entry may be younger than its feed. So the articles' own times
  // count too.
  const updated = Math.max(window.updated, ...articles.map(({ updatedAt }) => Date.parse(updatedAt)));
  const info = feedInfo(config, address, namedBy, { older, newer: window.newer });
  const entries = articles.map((article) =>
    feedEntry(article, {
      baseUrl,
      idAuthority: publication.idAuthority,
      content: contentOf(publication, address.selector),
      sectionName: (section) => sectionName(publication, section, article.language),
    }),
  );
  switch (address.format) {
    case 'rss':
      return renderRss(info, entries, updated);
    case 'atom':
      return renderAtom(info, entries, tombstonesOf(config, window), updated);
    case 'json':
      return renderJson(info, entries);
  }
}

/** Returns whether a feed has its stories whole. The settings name its folder as a person reads it, without escapes. */
function contentOf({ feeds }: Publication, selector: FeedSelector): 'full' | 'summary' {
  const folder = decodeURIComponent(feedPath(selector));
  return feeds.contentByFeed[selector.podcast ? `${folder}${PODCAST_FILE}` : folder] ?? feeds.content;
}

/** Returns the part of the archive with the articles that had no room. `last` is the last article that had room. */
function partBelow({ archive }: FeedAddress, last: Article | undefined): ArchivePart | undefined {
  if (!last) return undefined;
  const month = monthOf(last);
  return archive ? { month, before: positionOf(last) } : { month };
}

function tombstonesOf({ publication }: Config, window: FeedWindow): Tombstone[] {
  const { removed } = window;
  const last =
    removed.length > MOST_TOMBSTONES
      ? removed.toSorted((one, other) => other.removedAt - one.removedAt).slice(0, MOST_TOMBSTONES)
      : removed;
  return last.map(({ id, removedAt }) => ({
    guid: guidOf(id, publication.idAuthority),
    when: isoTime(removedAt),
  }));
}
