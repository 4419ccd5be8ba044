import { html } from 'hono/html';
import type { Article } from '../articles/article.ts';
import { shorten } from '../articles/text.ts';
import { layout } from './layout.ts';
import { day, type Html, type PageContext, settingText } from './page-context.ts';
import { storyList } from './story-list.ts';

const MAX_SUBJECT = 160;

/** Every story of an issue: what its mail leaves out where it would be too long for an inbox. */
export function issuePage(
  context: PageContext,
  issue: { edition: string; slot: string; scheduledAt: string; subject: string; stories: Article[] },
): Html {
  const edition = context.config.publication.editions.find(({ id }) => id === issue.edition);
  return layout(context, {
    title: issue.subject,
    path: `/issues/${issue.edition}/${issue.slot}`,
    body: html`<div class="column">
<p class="kicker">${edition && settingText(context, edition.name)} · ${day(context, issue.scheduledAt, edition?.timeZone)}</p>
<h1>${shorten(issue.subject, MAX_SUBJECT)}</h1>
${storyList(context, issue.stories)}
</div>`,
  });
}
