import { html } from 'hono/html';
import { issueUrl } from '../newsletter/issue.ts';
import { shorten } from '../shared/text.ts';
import { layout, pathInLanguage } from './layout.ts';
import { day, type Html, homeTimeZone, type PageContext, settingText } from './page-context.ts';

/** An issue of the past. `state` is one of IssueState. */
export type IssueLine = {
  edition: string;
  slot: string;
  scheduledAt: string;
  state: string;
  subject?: string | undefined;
};

const MAX_SUBJECT = 160;

/** `/issues`: what was sent, by edition, in the order given. */
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

/** An edition that has left the settings keeps its issues, under its id. */
function editionPart(context: PageContext, id: string, issues: IssueLine[]): Html {
  const { config, phrases } = context;
  const edition = config.publication.editions.find((candidate) => candidate.id === id);
  return html`<section aria-labelledby="edition-${id}">
<h2 id="edition-${id}">${edition ? settingText(context, edition.name) : id}</h2>
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

/** A link only where there is something to read: an issue has its text once it is being sent. */
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
      return html`<a href="${issueUrl(issue, '')}">${issue.subject ? html`<span dir="auto">${shorten(issue.subject, MAX_SUBJECT)}</span>` : phrases('page.issues.read')}</a> <span class="soft">${date}</span>`;
  }
}
