import { html, raw } from 'hono/html';
import type { Fault } from '../refusal.ts';
import { layout } from './layout.ts';
import { type Html, type PageContext, settingText } from './page-context.ts';
import { editionsField, faultSummary, languageField, topicsField } from './reader-fields.ts';

/**
 * What the links of a mail lead to. They only show a button: programs that scan mails follow every link in them, and
 * nobody is to be subscribed or unsubscribed by one. `action` is where the button posts, with the token.
 */

export function confirmPage(context: PageContext, data: { action: string; editions: string[] }): Html {
  const { phrases } = context;
  return tokenPage(
    context,
    phrases('page.confirm.title'),
    html`<p class="dek">${phrases('page.confirm.text')}</p>
<ul>${data.editions.map((id) => html`<li>${editionName(context, id)}</li>`)}</ul>
<form action="${data.action}" method="post"><p><button>${phrases('page.confirm.button')}</button></p></form>
<p class="soft">${phrases('page.confirm.ignore')}</p>`,
  );
}

/** The button that is pressed posts `scope`: `edition` or `all`. Without an edition there is only the latter. */
export function unsubscribePage(
  context: PageContext,
  data: { action: string; edition?: string | undefined },
): Html {
  const { phrases } = context;
  const edition = data.edition && editionName(context, data.edition);
  return tokenPage(
    context,
    phrases('page.unsubscribe.title'),
    html`<p class="dek">${edition ? phrases('page.unsubscribe.text', { edition }) : phrases('page.unsubscribe.textAll')}</p>
<form action="${data.action}" method="post">
${edition && html`<p><button name="scope" value="edition">${phrases('page.unsubscribe.edition', { edition })}</button></p>`}
<p><button name="scope" value="all"${raw(edition ? ' class="second"' : '')}>${phrases('page.unsubscribe.all')}</button></p>
</form>`,
  );
}

/**
 * The form posts `language`, `editions[]`, `topics[]`; no edition ticked leaves them all. Where given, `download` is
 * where readers get what is stored about them, and a button posts to `erase`.
 */
export function managePage(
  context: PageContext,
  data: {
    action: string;
    email: string;
    language: string;
    editions: string[];
    topics: string[];
    saved?: boolean | undefined;
    faults?: Fault[] | undefined;
    download?: string | undefined;
    erase?: string | undefined;
  },
): Html {
  const { phrases } = context;
  const { download, erase } = data;
  return tokenPage(
    context,
    phrases('page.manage.title'),
    html`<p class="dek">${phrases('page.manage.text')} <strong class="address" dir="ltr">${data.email}</strong></p>
${data.saved && html`<p class="saved" role="status">${phrases('page.manage.saved')}</p>`}
<form action="${data.action}" method="post" novalidate>
${faultSummary(context, data.faults, ['editions', 'topics', 'language'])}
${editionsField(context, data.editions, data.faults, phrases('page.manage.none'))}
${topicsField(context, data.topics, data.faults)}
${languageField(context, data.language, data.faults)}
<p><button>${phrases('page.manage.button')}</button></p>
</form>
${
  (download || erase) &&
  html`<section aria-labelledby="data">
<h2 id="data">${phrases('page.manage.data')}</h2>
${download && html`<p><a href="${download}">${phrases('page.manage.download')}</a></p>`}
${erase && html`<form action="${erase}" method="post"><p>${phrases('page.manage.eraseText')}</p><p><button class="second">${phrases('page.manage.erase')}</button></p></form>`}
</section>`
}`,
  );
}

function tokenPage(context: PageContext, title: string, content: Html): Html {
  return layout(context, {
    title,
    path: '',
    robots: 'noindex',
    body: html`<div class="column">
<h1>${title}</h1>
${content}
</div>`,
  });
}

function editionName(context: PageContext, id: string): string {
  const edition = context.config.publication.editions.find((candidate) => candidate.id === id);
  return edition ? settingText(context, edition.name) : id;
}
