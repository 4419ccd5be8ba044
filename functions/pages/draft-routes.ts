import type { Context } from 'hono';
import type { ArticleStore } from '../articles/article-store.ts';
import type { Config } from '../config.ts';
import { type Decision, isIssueRef, parseIssueId } from '../newsletter/issue.ts';
import { decide, type Reviewed, type ReviewServices } from '../newsletter/review.ts';
import { storiesNow } from '../newsletter/select-stories.ts';
import type { Templates } from '../shared/locale.ts';
import { LINK_PATHS, type Links } from '../subscribers/links.ts';
import { draftPage } from './draft-page.ts';
import { message, page } from './page-response.ts';
import { pageContext } from './reader-language.ts';
import { PRIVATE } from './reader-link.ts';

export type DraftPageServices = ReviewServices & {
  config: Config;
  articles: ArticleStore;
  templates: Templates;
  links: Links;
};

export const MAX_DECISION_BYTES = 1000;

/**
 * The pages behind the links of a draft. A GET decides nothing, because an editor's mail program may follow the links
 * too. Only a button decides.
 */
export function draftHandlers(services: DraftPageServices) {
  const { config, issues, reviews, links } = services;
  const newsroom = (language = config.publication.languages[0] ?? 'en') => pageContext(services, language);

  return {
    async show(context: Context): Promise<Response> {
      const link = opened(context);
      const issue = link && (await issues.get(link.ref));
      return link && issue
        ? shown(context, link, { issue, decision: await reviews.decision(link.ref) })
        : message(newsroom(link?.language), 'no-draft', 404);
    },

    async decide(context: Context): Promise<Response> {
      const link = opened(context);
      const issue = link && (await issues.get(link.ref));
      if (!link || !issue) return message(newsroom(link?.language), 'no-draft', 404);
      const form = new URLSearchParams(await context.req.text());
      const what = answerOf(form.get('answer')) ?? link.what;
      const by = issue.review?.editors[link.editor] ?? '';
      const reviewed = await decide(services, link.ref, what, by);
      return reviewed ? shown(context, link, reviewed) : message(newsroom(link?.language), 'no-draft', 404);
    },
  };

  async function shown(context: Context, link: DraftLink, { issue, decision }: Reviewed): Promise<Response> {
    const frozen = await issues.frozen(link.ref);
    const action = `${LINK_PATHS.review}?token=${encodeURIComponent(context.req.query('token') ?? '')}`;
    return page(
      draftPage(newsroom(link.language), {
        action,
        issue,
        decision,
        first: link.what,
        changed: issue.composition !== link.composition,
        stories: frozen ? await storiesNow(services, frozen.storyIds) : [],
        now: services.clock(),
      }),
      PRIVATE,
    );
  }

  type DraftLink = NonNullable<ReturnType<typeof opened>>;

  function opened(context: Context) {
    const [id = '', composition, editor, what, language] =
      links.open('review', context.req.query('token')) ?? [];
    const ref = parseIssueId(id);
    const answer = answerOf(what);
    if (!isIssueRef(ref) || !answer) return undefined;
    return { ref, composition: Number(composition), editor: Number(editor), what: answer, language };
  }
}

function answerOf(text: string | null | undefined): Decision['what'] | undefined {
  return text === 'approved' || text === 'held' ? text : undefined;
}
