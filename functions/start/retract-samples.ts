import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Article } from '../articles/article.ts';
import { inputOf, parseArticle } from '../articles/article-input.ts';
import { retractArticle } from '../articles/write-article.ts';
import { issueId } from '../newsletter/issue.ts';
import { isOfSample } from '../settings/sample.ts';
import { isoTime } from '../shared/clock.ts';
import { addressHash } from '../subscribers/email-address.ts';
import { erase } from '../subscribers/personal-data.ts';
import { readerAddress, type Sample } from './first-run.ts';
import type { Installation } from './local-installation.ts';

type Services = Installation['services'];

/**
 * Takes everything of the first run away from real readers: it retracts the sample stories, stops the issues with such
 * stories that are still being sent, and erases the sample readers. Each step finds what is left to do in the table, so
 * a start that was killed in between is repeated by the next one. A sample story that somebody has edited stays, because
 * it is theirs. `why` says why there must be no samples.
 */
export async function retractSamples(services: Services, samples: string, why: string): Promise<void> {
  const { articles, feedCache, log } = services;
  const all = JSON.parse(readFileSync(samples, 'utf8')) as Sample[];
  const found = await articles.getMany(
    all.map(({ id }) => id),
    { consistent: true },
  );
  const present = found.filter(({ retractedAt }) => retractedAt === undefined);
  const edited = present.filter((article) => !all.some((sample) => isAsPosted(article, sample)));
  for (const article of present.filter((each) => !edited.includes(each))) {
    const outcome = await retractArticle(services, article.id, {});
    if (!outcome.ok)
      throw new Error(`the sample story ${article.id} could not be retracted; start Broadsheet again`);
  }
  feedCache.forgetWindows();
  await stopIssues(
    services,
    found.filter((article) => !edited.includes(article)).map(({ id }) => id),
  );
  const readers = await eraseReaders(services, all);
  const retracted = present.length - edited.length;
  if (retracted > 0 || readers > 0)
    log.info(`retracted ${retracted} sample stories and erased ${readers} sample readers, because ${why}`);
  if (edited.length > 0)
    log.warn(
      `these sample stories were edited, so they stay and real readers see them: ${edited.map(({ id }) => id).join(', ')}; to retract one, send DELETE /api/articles/{id}`,
    );
}

/**
 * Checks whether a story still is what the first run posted. That run gave it the language of the publication that fits,
 * and left the section out if the publication did not have it (`first-run.ts`). Both are compared after the same checks
 * and the same sanitiser, so that a story is not taken for edited because a new version of them writes it differently.
 */
function isAsPosted(article: Article, sample: Sample): boolean {
  if (article.id !== sample.id || article.language.split('-')[0] !== sample.language) return false;
  const { section, ...rest } = sample;
  const stored = parseArticle(inputOf(article));
  const posted = parseArticle({ ...rest, language: article.language, ...(article.section && { section }) });
  return stored.ok && posted.ok && isDeepStrictEqual(stored.fields, posted.fields);
}

/**
 * Stops the issues that are on their way with one of the stories, or in the name of the sample's newspaper. An issue
 * whose readers are not planned yet is composed again without retracted stories, but its sender is frozen already.
 */
async function stopIssues({ issues, log }: Services, stories: string[]): Promise<void> {
  for (const ref of await issues.open()) {
    const [issue, frozen] = await Promise.all([issues.get(ref), issues.frozen(ref)]);
    if (!issue || !frozen) continue;
    const hasStories = issue.startedAt !== undefined && frozen.storyIds.some((id) => stories.includes(id));
    if (!hasStories && !isOfSample(frozen.from)) continue;
    const reason = `it has ${hasStories ? 'stories' : 'the sender'} of the sample, which must not reach real readers`;
    if (await issues.end(ref, ['sending'], 'stopped', reason))
      log.warn('an issue was stopped', { issue: issueId(issue), reason });
  }
}

/**
 * Erases the readers of the first run. A first run that was killed may have left a request that is not confirmed, so
 * their addresses are suppressed too. Returns how many readers there were.
 */
async function eraseReaders(services: Services, samples: Sample[]): Promise<number> {
  const { subscribers, config, clock } = services;
  const languages = new Set([...config.publication.languages, ...samples.map(({ language }) => language)]);
  let erased = 0;
  for (const language of languages) {
    const hash = addressHash(readerAddress(language));
    const id = await subscribers.idByAddress(hash);
    if (id !== undefined && (await erase(services, id))) erased += 1;
    else if ((await subscribers.signUpsOf(hash, clock())).length > 0)
      await subscribers.suppressErased(hash, isoTime(clock()));
  }
  return erased;
}
