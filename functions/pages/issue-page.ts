import { html } from 'hono/html';
import type { Article } from '../articles/article.ts';
import { editionOf } from '../settings/publication.ts';
import { shorten } from '../shared/text.ts';
import { layout } from './layout.ts';
import { day, editionName, type Html, MAX_HEADLINE, type PageContext } from './page-context.ts';
import { storyList } from './story-list.ts';

/**
 * Lists every story of an issue as it is now. This page is shown if the mail was too long for all its stories, or if
 * one of them was retracted after the mail was sent. If there is no subject, the page has the name of the edition as
 * its title.
 */
export function issuePage(
  context: PageContext,
  issue: {
    edition: string;
    slot: string;
    scheduledAt: string;
    subject: string | undefined;
    stories: Article[];
  },
): Html {
  const edition = editionOf(context.config.publication, issue.edition);
  const name = editionName(context, issue.edition);
  const subject = issue.subject ?? name;
  return layout(context, {
    title: subject,
    path: `/issues/${issue.edition}/${issue.slot}`,
    body: html`<div class="column">
<p class="kicker">${name} · ${day(context, issue.scheduledAt, edition?.timeZone)}</p>
<h1>${shorten(subject, MAX_HEADLINE)}</h1>
${storyList(context, issue.stories)}
</div>`,
  });
}
