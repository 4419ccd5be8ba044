import type { Article } from '../articles/article.ts';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import { personalise } from '../mails/placeholders.ts';
import { renderDigest } from '../mails/render-digest.ts';
import { personalBytes } from '../mails/render-mail.ts';
import { type EditionSettings, editionOf, publicationLanguage } from '../settings/publication.ts';
import { type Clock, isoTime } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { done, type Fault, type Outcome, refused } from '../shared/refusal.ts';
import { LINK_PATHS } from '../subscribers/links.ts';
import type { ComplaintStore } from './complaints.ts';
import type { IssueStore } from './issue-store.ts';
import { type NewStories, newStories } from './new-stories.ts';
import { warningsOf } from './preview-warnings.ts';
import type { Preview, PreviewRequest, Warning } from './previews.ts';
import { fits, type Selection, storiesFor } from './select-stories.ts';

export type PreviewServices = {
  config: Config;
  articles: ArticleStore;
  issues: IssueStore;
  complaints: ComplaintStore;
  templates: Templates;
  clock: Clock;
};

/**
 * Renders the mail that a reader with these choices would get if an issue were sent now. `notice` is a line above the
 * mail.
 */
export async function previewIssue(
  services: PreviewServices,
  request: PreviewRequest,
  notice?: string,
): Promise<Outcome<Preview>> {
  const { config, templates, clock } = services;
  const { publication, baseUrl } = config;
  const { language, topics } = request;
  const edition = editionOf(publication, request.edition);
  if (!edition) return refused({ kind: 'not-found', what: `edition "${request.edition}"` });
  const scheduledAt = isoTime(clock());
  const picked = request.storyIds
    ? await storiesById(services, request.storyIds)
    : done(pickedOf(await newStories(services, edition, clock())));
  if (!picked.ok) return picked;

  const chosen = storiesFor(picked.value.stories, { language, topics }, publication.languages);
  const { max } = edition.stories;
  const room = max + edition.stories.mostRecent;
  const stories = chosen.slice(0, max);
  const mostRecent = chosen.slice(max, room);
  const leftOut = [
    ...picked.value.leftOut.filter((story) => story.language === language),
    ...chosen.slice(room),
  ].map(({ id }) => id);
  const { skipped } = picked.value;
  const about = {
    edition: edition.id,
    language,
    topics,
    storyIds: stories.map(({ id }) => id),
    mostRecent: mostRecent.map(({ id }) => id),
    leftOut,
    ...(skipped !== undefined && { skipped }),
  };
  const others = [
    ...otherLanguages(request, picked.value.stories, publication.languages),
    ...(await olderThanNews(services, edition, request, picked.value)),
  ];
  if (stories.length === 0) {
    const nothing: Warning = {
      detail: `no story is for readers of "${language}"${topics.length > 0 ? ` who chose ${topics.join(', ')}` : ''}: they get no mail`,
    };
    const none = { subject: null, preheader: null, html: null, text: null, size: 0 };
    return done({ ...about, ...none, warnings: [...others, nothing] });
  }
  const digest = await renderDigest({
    publication,
    edition,
    language,
    issue: { edition: edition.id, slot: 'preview', scheduledAt },
    stories,
    mostRecent,
    ...(notice !== undefined && { notice }),
    baseUrl,
    // A preview has no web version, so the link leads to the list of issues.
    webUrl: `${baseUrl}/issues`,
    templates,
  });
  const { subject, preheader } = digest;
  const size = personalBytes(digest.html);
  const links = linksWithoutToken(baseUrl);
  return done({
    ...about,
    subject,
    preheader,
    html: personalise(digest.html, links),
    text: personalise(digest.text, links),
    size,
    warnings: [
      ...others,
      ...warningsOf({ edition, language, scheduledAt, stories, leftOut, digest, baseUrl }),
    ],
  });
}

type Picked = Pick<Selection, 'stories' | 'leftOut' | 'tooOld'> & { datedFrom?: string; skipped?: string };

function pickedOf({ selection, window, skipped }: NewStories): Picked {
  const { stories, leftOut, tooOld } = selection;
  return { stories, leftOut, tooOld, datedFrom: window.datedFrom, ...(skipped !== undefined && { skipped }) };
}

/**
 * Reads the stories that an editor named. Drafts and stories under embargo are allowed, because editors preview them
 * too.
 */
async function storiesById({ articles }: PreviewServices, ids: string[]): Promise<Outcome<Picked>> {
  const found = await articles.getMany(ids, { consistent: true });
  const byId = new Map(found.map((article) => [article.id, article]));
  const faults = ids.flatMap((id, index): Fault[] => {
    const article = byId.get(id);
    const pointer = `/storyIds/${index}`;
    if (!article) return [{ pointer, detail: `is "${id}", and there is no such story` }];
    if (article.retractedAt)
      return [{ pointer, detail: `is "${id}", which was retracted at ${article.retractedAt}` }];
    return [];
  });
  if (faults.length > 0) return refused({ kind: 'invalid', faults });
  return done({ stories: found, leftOut: [], tooOld: [] });
}

/** Warns about stories that were named but belong to the mail of another language. */
function otherLanguages(
  { storyIds, language }: PreviewRequest,
  stories: Article[],
  languages: string[],
): Warning[] {
  if (!storyIds) return [];
  return stories
    .filter((story) => publicationLanguage(story.language, languages) !== language)
    .map((story) => ({ detail: `"${story.id}" is in "${story.language}", and not in this mail` }));
}

/** How many of the stories that are too old are read for a preview, and how many of these it names. */
const OLD_STORIES_READ = 100;
const OLD_STORIES_NAMED = 5;

/** Warns about stories for this mail that are new here, but that the edition does not take because of their date. */
async function olderThanNews(
  { articles, config }: PreviewServices,
  edition: EditionSettings,
  { language }: PreviewRequest,
  { tooOld, datedFrom }: Picked,
): Promise<Warning[]> {
  const { languages } = config.publication;
  const read = await articles.getMany(tooOld.slice(0, OLD_STORIES_READ), { consistent: true });
  const old = read.filter(
    (story) => publicationLanguage(story.language, languages) === language && fits(story, edition, language),
  );
  if (old.length === 0) return [];
  const named = old.slice(0, OLD_STORIES_NAMED).map(({ id }) => `"${id}"`);
  const others = old.length - named.length;
  const more = tooOld.length > OLD_STORIES_READ ? ' or more' : '';
  const and = others > 0 ? ` and ${others}${more} others` : '';
  return [
    {
      detail: `${named.join(', ')}${and} came in lately but are dated before ${datedFrom}, so no issue has them: stories.maxAgeDays of the edition sets how old news may be`,
    },
  ];
}

/** Returns the links of a mail without a reader's token. They show where the links lead, and change nothing there. */
function linksWithoutToken(baseUrl: string): { unsubscribe: string; preferences: string } {
  return {
    unsubscribe: `${baseUrl}${LINK_PATHS.unsubscribe}`,
    preferences: `${baseUrl}${LINK_PATHS.manage}`,
  };
}
