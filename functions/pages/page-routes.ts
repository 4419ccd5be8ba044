import type { Context } from 'hono';
import { type Article, isPublic, isWithdrawn } from '../articles/article.ts';
import type { FeedServices } from '../feeds/feed-services.ts';
import { latestArticles, type RecentFeeds, readRecentFeeds } from '../feeds/recent-feeds.ts';
import { personalise } from '../mails/placeholders.ts';
import { type Issue, isIssueRef, isOut, type Variant } from '../newsletter/issue.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import { storiesNow } from '../newsletter/select-stories.ts';
import type { Publication } from '../settings/publication.ts';
import { DAY_SECONDS, isoTime } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { articlePage } from './article-page.ts';
import { withHeadFeeds } from './feed-links.ts';
import { feedsPage } from './feeds-page.ts';
import { FEEDS_SCRIPT } from './feeds-script.ts';
import { homePage } from './home-page.ts';
import { issuePage } from './issue-page.ts';
import { issuesPage } from './issues-page.ts';
import type { PageContext } from './page-context.ts';
import { asset, MAIL_POLICY, message, page, SCRIPT_POLICY, SHARED } from './page-response.ts';
import { chosenVariant, subjectNow } from './past-issue.ts';
import { pageContext, readerLanguage } from './reader-language.ts';
import { subscribePage } from './sign-up-form.ts';
import { STYLE } from './style.ts';

export type PageServices = FeedServices & { templates: Templates; issues: IssueStore };

const HOME_STORIES = 25;
const ISSUES_LISTED = 20;

/** Returns all paths of a page: the one in the browser's language, and one for each language of the publication. */
export function inEachLanguage({ languages }: Publication, path: string): string[] {
  return [path, ...languages.map((language) => `/${language}${path}`)];
}

/** Handlers for the pages that are the same for every reader: home, stories, feeds, issues and the sign-up. */
export function pageHandlers(services: PageServices) {
  const { config, clock, articles, issues } = services;
  const { languages, editions } = config.publication;

  return {
    async home(context: Context): Promise<Response> {
      const reader = readerOf(context);
      const stories = await homeStories(reader.language, languageIn(context));
      return page(homePage(reader, { stories, form: {} }), SHARED);
    },

    async feeds(context: Context): Promise<Response> {
      const body = feedsPage(readerOf(context), await feedsFor(languageIn(context)));
      return page(body, { ...SHARED, 'content-security-policy': SCRIPT_POLICY });
    },

    async subscribe(context: Context): Promise<Response> {
      return page(subscribePage(readerOf(context), {}), SHARED);
    },

    async issues(context: Context): Promise<Response> {
      const reader = readerOf(context);
      const lists = await Promise.all(editions.map(({ id }) => issues.list(id, ISSUES_LISTED)));
      const lines = lists
        .flat()
        .map(async (issue) => ({ ...issue, subject: await subjectIn(issue, reader.language) }));
      return page(issuesPage(reader, await Promise.all(lines)), SHARED);
    },

    async article(context: Context): Promise<Response> {
      const article = await articles.get(context.req.param('id') ?? '');
      if (article && isWithdrawn(article)) return gone(context);
      if (!article || !isPublic(article, isoTime(clock()))) return notFound(context);
      return page(articlePage(pageContext(services, article.language), article), SHARED);
    },

    async issue(context: Context): Promise<Response> {
      const ref = { edition: context.req.param('edition') ?? '', slot: context.req.param('slot') ?? '' };
      const issue = isIssueRef(ref) ? await issues.get(ref) : undefined;
      const frozen = issue && isOut(issue) ? await issues.frozen(ref) : undefined;
      const chosen =
        frozen && chosenVariant(frozen, readerOf(context).language, context.req.query('variant'));
      const variant = chosen && (await issues.variant(ref, chosen.key));
      if (!issue || !frozen || !variant) return issue ? notYet(context, issue) : notFound(context);
      const stories = await storiesNow(services, variant.storyIds);
      if (context.req.query('stories') === 'all' || stories.length < variant.storyIds.length)
        return wholeIssue(issue, variant, stories);
      const links = {
        unsubscribe: `${frozen.baseUrl}/subscribe`,
        preferences: `${frozen.baseUrl}/subscribe`,
      };
      const mail = await withHeadFeeds(pageContext(services, variant.language), variant.html);
      return page(personalise(mail, links), { ...SHARED, 'content-security-policy': MAIL_POLICY });
    },

    style: () => asset(STYLE, 'text/css', 3600),
    // The script may be a day old. It depends on a class and a few attributes of the page, which hardly ever change.
    feedsScript: () => asset(FEEDS_SCRIPT, 'text/javascript', DAY_SECONDS),
  };

  /** Returns the language that the address names, if it names one. */
  function languageIn({ req }: Context): string | undefined {
    const first = req.path.split('/')[1];
    return languages.find((language) => language === first);
  }

  function readerOf(context: Context): PageContext {
    return pageContext(services, languageIn(context) ?? readerLanguage(config, context.req));
  }

  /**
   * Reads the stories of the home page. The address of a language shows only stories in that language. If there are
   * none, `/` shows stories in other languages.
   */
  async function homeStories(language: string, own: string | undefined): Promise<Article[]> {
    const stories = await latestArticles(services, { language }, HOME_STORIES);
    return stories.length > 0 || own ? stories : latestArticles(services, {}, HOME_STORIES);
  }

  /**
   * Reads the feeds of the newest stories. With a language, the tags and authors are those of its stories. The feeds of
   * languages and sections that the settings do not have are always all shown, because no other page would show them.
   */
  async function feedsFor(own: string | undefined): Promise<RecentFeeds> {
    const recent = await readRecentFeeds(services, {});
    if (!own) return recent;
    const { tags, authors } = await readRecentFeeds(services, { language: own });
    return { ...recent, tags, authors };
  }

  async function subjectIn(issue: Issue, language: string): Promise<string | undefined> {
    const frozen = isOut(issue) ? await issues.frozen(issue) : undefined;
    const variant = frozen && chosenVariant(frozen, language);
    return variant && subjectNow(variant, await storiesNow(services, variant.storyIds.slice(0, 1)));
  }

  function wholeIssue(issue: Issue, variant: Variant, stories: Article[]): Promise<Response> {
    const { edition, slot, scheduledAt } = issue;
    const subject = subjectNow(variant, stories);
    return page(
      issuePage(pageContext(services, variant.language), { edition, slot, scheduledAt, subject, stories }),
      SHARED,
    );
  }

  function notFound(context: Context): Promise<Response> {
    return message(readerOf(context), 'not-found', 404);
  }

  function gone(context: Context): Promise<Response> {
    return message(readerOf(context), 'gone', 410);
  }

  function notYet(context: Context, { state, reason }: Issue): Promise<Response> {
    return message(readerOf(context), state === 'skipped' && reason ? 'skipped' : 'not-yet', 404);
  }
}
