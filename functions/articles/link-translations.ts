import { type Clock, isoTime, laterOf } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { type Article, isListed, isPublic, type Translation } from './article.ts';
import type { ArticleStore } from './article-store.ts';

export type TranslationServices = { articles: ArticleStore; queue: Queue; clock: Clock; log: Log };

/** Articles of one story that are looked at. More are an error of an import, and not worth a reader's time. */
const MAX_GROUP = 50;
/** How often an article is read again when an editor's write came between. */
const ATTEMPTS = 5;

/**
 * After a change of an article: makes it and its translations name each other as they are now. Works from what is
 * stored and not from the event, so that repeated, late and reordered events end in the same; where nothing is to
 * change nothing is written, so that the events of its own writes come to rest.
 */
export async function linkTranslations(services: TranslationServices, changedId: string): Promise<void> {
  const changed = await services.articles.get(changedId);
  if (!changed) return;
  const groups = [await groupOf(services.articles, changed.id)];
  // It may have left a group: those it was linked with are told.
  for (const { id } of changed.translations ?? []) {
    if (!groups.some((group) => group.has(id))) groups.push(await groupOf(services.articles, id));
  }
  const members = groups.flatMap((group) => [...group].map(([id]) => ({ id, group })));
  // The changed one last: until it is done it names those that are to be told, should this be cut off and come again.
  members.sort((a, b) => Number(a.id === changedId) - Number(b.id === changedId));
  for (const { id, group } of members) await linkOne(services, id, group);
}

/** Every article that is tied to this one by `translationOf`, in either direction and over any number of steps. */
async function groupOf(articles: ArticleStore, start: string): Promise<Map<string, Article>> {
  const seen = new Set([start]);
  const group = new Map<string, Article>();
  // The set grows while it is walked: a translation of a translation is of the group.
  for (const id of seen) {
    const article = await articles.get(id);
    if (article) group.set(id, article);
    const neighbours = await articles.translationsOf(id);
    if (article?.translationOf) neighbours.push(article.translationOf);
    for (const neighbour of neighbours) if (seen.size < MAX_GROUP) seen.add(neighbour);
  }
  return group;
}

/** An ordinary write with the next version, so that the validators of every feed it is in move. */
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
      log.warn('an article has no room for the links to its translations', { id, bytes: result.bytes });
      return;
    }
  }
  throw new Error(`article ${id} changes faster than its translations can be linked`);
}

/** The others of its group that readers can see, one a language: RFC 4287, 4.1.2 forbids two alternates of one hreflang. */
function translationsFor(article: Article, group: Map<string, Article>, now: string): Translation[] {
  const others = [...group.values()]
    .filter((other) => other.id !== article.id && other.language !== article.language && isPublic(other, now))
    // The original before a translation, then by id: any order, as long as it is always the same.
    .sort((a, b) => order(a.translationOf ?? '', b.translationOf ?? '') || order(a.id, b.id));
  const byLanguage = new Map<string, Article>();
  for (const other of others) if (!byLanguage.has(other.language)) byLanguage.set(other.language, other);
  return [...byLanguage.values()]
    .sort((a, b) => order(a.language, b.language))
    .map(({ id, language, url }) => ({ id, language, ...(url && { url }) }));
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
