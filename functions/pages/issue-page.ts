import { html } from 'hono/html';
import type { Article } from '../articles/article.ts';
import { editionOf } from '../settings/publication.ts';
import { shorten } from '../shared/text.ts';
import { layout } from './layout.ts';
import { day, type Html, type PageContext, settingText } from './page-context.ts';
import { storyList } from './story-list.ts';

const MAX_SUBJECT = 160;

/**
 * Every story of an issue as it is now: what its mail leaves out where it would be too long for an inbox, and what is
 * left of one that had a story which was retracted since. Without a subject it is called by its edition.
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
  const name = edition ? settingText(context, edition.name) : issue.edition;
  const subject = issue.subject ?? name;
  return layout(context, {
    title: subject,
    path: `/issues/${issue.edition}/${issue.slot}`,
    body: html`<div class="column">
<p class="kicker">${name} · ${day(context, issue.scheduledAt, edition?.timeZone)}</p>
<h1>${shorten(subject, MAX_SUBJECT)}</h1>
${storyList(context, issue.stories)}
</div>`,
  });
}
