import { html } from 'hono/html';
import { shorten } from '../shared/text.ts';
import { layout } from './layout.ts';
import { type Html, MAX_HEADLINE, moment, type PageContext } from './page-context.ts';

/** The mailbox of one machine: the mails that were sent, for somebody who tries Broadsheet without a mail provider. */

export type MailSummary = { id: string; to: string[]; from: string; subject: string; createdAt: string };
export type Mail = MailSummary & { html: string; text: string; headers: Record<string, string> };

/** How many recipients a line names. A batch has up to 100. */
const MAX_RECIPIENTS = 3;

/** `/mailbox`: the list of mails. `hasMore` says whether there are older mails. */
export function mailboxPage(context: PageContext, mails: MailSummary[], hasMore = false): Html {
  const { phrases } = context;
  const title = phrases('page.mailbox.title');
  return layout(context, {
    title,
    path: '/mailbox',
    robots: 'noindex',
    body: html`<div class="column">
<h1>${title}</h1>
<p class="dek">${phrases('page.mailbox.text')}</p>
${
  mails.length === 0
    ? html`<p>${phrases('page.mailbox.empty')}</p>`
    : html`<ul class="issues">
${mails.map(
  (
    mail,
  ) => html`<li><a href="/mailbox/${encodeURIComponent(mail.id)}"><bdi>${shorten(subjectOf(context, mail), MAX_HEADLINE)}</bdi></a>
<span class="soft"><bdi>${mail.to.slice(0, MAX_RECIPIENTS).join(', ')}${mail.to.length > MAX_RECIPIENTS ? '…' : ''}</bdi> · ${moment(context, mail.createdAt)}</span></li>
`,
)}</ul>`
}
${hasMore && html`<p><a href="/mailbox?after=${encodeURIComponent(mails.at(-1)?.id ?? '')}">${phrases('page.mailbox.older')}</a></p>`}
</div>`,
  });
}

/**
 * One mail. Its HTML is in a frame whose sandbox allows no scripts and no forms. Its links open in a new tab, so that
 * the button of a confirmation works from here.
 */
export function mailPage(context: PageContext, mail: Mail): Html {
  const { phrases } = context;
  const headers: [string, Html | string][] = [
    [phrases('page.mailbox.from'), mail.from],
    [phrases('page.mailbox.to'), mail.to.join(', ')],
    [phrases('page.mailbox.date'), moment(context, mail.createdAt)],
    ...Object.entries(mail.headers),
  ];
  return layout(context, {
    title: subjectOf(context, mail),
    path: `/mailbox/${encodeURIComponent(mail.id)}`,
    robots: 'noindex',
    body: html`<div class="column wide">
<p><a href="/mailbox">${phrases('page.mailbox.back')}</a></p>
<h1 dir="auto">${subjectOf(context, mail)}</h1>
<table class="headers" aria-label="${phrases('page.mailbox.headers')}">
<tbody>
${headers.map(
  ([name, value]) => html`<tr><th scope="row">${name}</th><td><bdi>${value}</bdi></td></tr>
`,
)}</tbody>
</table>
<h2>${phrases('page.mailbox.html')}</h2>
<iframe src="/mailbox/${encodeURIComponent(mail.id)}/html" title="${phrases('page.mailbox.html')}" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
<h2>${phrases('page.mailbox.plain')}</h2>
<pre class="mail" dir="auto">${linked(mail.text)}</pre>
</div>`,
  });
}

function subjectOf({ phrases }: PageContext, { subject }: MailSummary): string {
  return subject.trim() || phrases('page.mailbox.noSubject');
}

/** Shows the text with its web addresses as links. */
function linked(text: string): (Html | string)[] {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((part, at) => (at % 2 === 1 ? html`<a href="${part}">${part}</a>` : part));
}
