import { html } from 'hono/html';
import { issueUrl } from '../newsletter/issue.ts';
import { editionOf } from '../settings/publication.ts';
import { shorten } from '../shared/text.ts';
import { layout, pathInLanguage } from './layout.ts';
import {
  day,
  editionName,
  type Html,
  homeTimeZone,
  MAX_HEADLINE,
  type PageContext,
  settingText,
} from './page-context.ts';

/** An issue in the list. `state` is one of IssueState. */
export type IssueLine = {
  edition: string;
  slot: string;
  scheduledAt: string;
  state: string;
  subject?: string | undefined;
};

/** `/issues`: the issues of each edition, in the order in which they are given. */
export function issuesPage(context: PageContext, issues: IssueLine[]): Html {
  const { config, phrases } = context;
  const editions = [
    ...new Set([...config.publication.editions.map(({ id }) => id), ...issues.map(({ edition }) => edition)]),
  ];
  const title = phrases('page.issues.title');
  return layout(context, {
    title,
    description: phrases('page.issues.text'),
    path: pathInLanguage(context, '/issues'),
    body: html`<div class="column">
<h1>${title}</h1>
<p class="dek">${phrases('page.issues.text')}</p>
${editions.map((edition) =>
  editionPart(
    context,
    edition,
    issues.filter((issue) => issue.edition === edition),
  ),
)}
<p><a href="${pathInLanguage(context, '/subscribe')}">${phrases('page.issues.subscribe')}</a></p>
</div>`,
  });
}

/** Shows an edition and its issues. If the settings do not have the edition any more, its id stands for its name. */
function editionPart(context: PageContext, id: string, issues: IssueLine[]): Html {
  const { config, phrases } = context;
  const edition = editionOf(config.publication, id);
  return html`<section aria-labelledby="edition-${id}">
<h2 id="edition-${id}">${editionName(context, id)}</h2>
${edition && html`<p class="soft">${settingText(context, edition.description)}</p>`}
${
  issues.length > 0
    ? html`<ul class="issues">
${issues.map(
  (issue) => html`<li>${line(context, issue, edition?.timeZone)}</li>
`,
)}</ul>`
    : html`<p>${phrases('page.issues.none')}</p>`
}
</section>`;
}

/**
 * Shows an issue, as a link if its web version can be read. An issue has a web version from the time at which it is
 * sent.
 */
function line(context: PageContext, issue: IssueLine, timeZone = homeTimeZone(context)): Html {
  const { phrases } = context;
  const date = day(context, issue.scheduledAt, timeZone);
  switch (issue.state) {
    case 'skipped':
      return html`${date} <span class="soft">${phrases('page.issues.skipped')}</span>`;
    case 'new':
    case 'draft':
      return html`${date} <span class="soft">${phrases('page.issues.new')}</span>`;
    default:
      return html`<a href="${issueUrl(issue, '')}">${issue.subject ? html`<span dir="auto">${shorten(issue.subject, MAX_HEADLINE)}</span>` : phrases('page.issues.read')}</a> <span class="soft">${date}</span>`;
  }
}
