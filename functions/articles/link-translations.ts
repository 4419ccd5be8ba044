import { type Clock, isoTime, laterOf } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { compareText } from '../shared/text.ts';
import { type Article, isListed, isPublic, type Translation } from './article.ts';
import type { ArticleStore } from './article-store.ts';

export type TranslationServices = { articles: ArticleStore; queue: Queue; clock: Clock; log: Log };

/** The most articles of one story that are read. A story with more translations is an error of an import. */
const MAX_GROUP = 50;
/** How often an article is read again if an editor wrote it between our read and our write. */
const ATTEMPTS = 5;

/**
 * Makes an article and its translations name each other after a change of the article. It works from what is stored and
 * not from the event, so that repeated, late and reordered events have the same result. It writes an article only if
 * its translations have changed, because each write causes another event and the events must come to an end.
 */
export async function linkTranslations(services: TranslationServices, changedId: string): Promise<void> {
  const changed = await services.articles.get(changedId);
  if (!changed) return;
  const groups = [await groupOf(services.articles, changed.id)];
  // The article may have left a group, so the articles that it was linked with are linked again too.
  for (const { id } of changed.translations ?? []) {
    if (!groups.some((group) => group.has(id))) groups.push(await groupOf(services.articles, id));
  }
  const members = groups.flatMap((group) => [...group].map(([id]) => ({ id, group })));
  // The changed article comes last. Until then its links name the articles that it left, and if this work is cut off,
  // the next attempt needs these links to find them.
  members.sort((a, b) => Number(a.id === changedId) - Number(b.id === changedId));
  for (const { id, group } of members) await linkOne(services, id, group);
}

/** Returns every article that `translationOf` ties to this one, in either direction and over any number of steps. */
async function groupOf(articles: ArticleStore, start: string): Promise<Map<string, Article>> {
  const seen = new Set([start]);
  const group = new Map<string, Article>();
  // The loop adds to the set that it walks, so that a translation of a translation is found too.
  for (const id of seen) {
    const article = await articles.get(id);
    if (article) group.set(id, article);
    const neighbours = await articles.translationsOf(id);
    if (article?.translationOf) neighbours.push(article.translationOf);
    for (const neighbour of neighbours) if (seen.size < MAX_GROUP) seen.add(neighbour);
  }
  return group;
}

/**
 * Links one article. The write is an ordinary next version, so that the ETag of every feed with the article changes.
 */
async function linkOne(
  { articles, queue, clock, log }: TranslationServices,
  id: string,
  group: Map<string, Article>,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const previous = await articles.get(id);
    const now = clock();
    const at = isoTime(now);
    if (!previous || !isListed(previous)) return;
    const translations = translationsFor(previous, group, at);
    if (JSON.stringify(translations) === JSON.stringify(previous.translations ?? [])) return;
    const { translations: _, ...rest } = previous;
    const next: Article = {
      ...rest,
      ...(translations.length > 0 && { translations }),
      version: previous.version + 1,
      updatedAt: laterOf(at, previous.updatedAt),
    };
    const result = await articles.write({ previous, next, now });
    if (result.kind === 'written') return handOver(queue, log, [{ kind: 'outbox', id: result.outboxId }]);
    if (result.kind === 'too-large') {
      log.warn('an article is too large to store the links to its translations; it keeps the old links', {
        id,
        bytes: result.bytes,
      });
      return;
    }
  }
  throw new Error(`article ${id} changes faster than its translations can be linked`);
}

/**
 * Returns the other articles of the group that readers can see, one for each language. RFC 4287, section 4.1.2, forbids
 * two alternate links with the same hreflang.
 */
function translationsFor(article: Article, group: Map<string, Article>, now: string): Translation[] {
  const others = [...group.values()]
    .filter((other) => other.id !== article.id && other.language !== article.language && isPublic(other, now))
    // The original comes before a translation, then the ids decide. The order only has to be the same every time.
    .sort((a, b) => compareText(a.translationOf ?? '', b.translationOf ?? '') || compareText(a.id, b.id));
  const byLanguage = new Map<string, Article>();
  for (const other of others) if (!byLanguage.has(other.language)) byLanguage.set(other.language, other);
  return [...byLanguage.values()]
    .sort((a, b) => compareText(a.language, b.language))
    .map(({ id, language, url }) => ({ id, language, ...(url && { url }) }));
}
