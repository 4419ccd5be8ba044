import { html } from 'hono/html';
import type { Fault } from '../shared/refusal.ts';
import { layout, pathInLanguage } from './layout.ts';
import type { Html, PageContext } from './page-context.ts';
import { editionsField, emailField, faultSummary, languageField, topicsField } from './reader-fields.ts';

/** What was typed, when the form comes back; and what was wrong with it. */
export type SignUpForm = {
  email?: string | undefined;
  language?: string | undefined;
  editions?: string[] | undefined;
  topics?: string[] | undefined;
  faults?: Fault[] | undefined;
};

/** No person sees this field; a program that fills in every field does. A form with a value in it is not a reader's. */
export const HONEYPOT = 'website';

/**
 * Posts to `/subscriptions`: `email`, `language`, `editions[]`, `topics[]`. The browser's own check is off: it refuses
 * addresses that RFC 6531 allows, and speaks its own language rather than the page's.
 */
export function signUpForm(context: PageContext, form: SignUpForm): Html {
  const { phrases, config } = context;
  const first = config.publication.editions.slice(0, 1).map(({ id }) => id);
  return html`<form action="/subscriptions" method="post" novalidate>
${faultSummary(context, form.faults, undefined, form.email)}
${emailField(context, form.email, form.faults)}
${languageField(context, form.language, form.faults)}
${editionsField(context, form.editions ?? first, form.faults)}
${topicsField(context, form.topics ?? [], form.faults)}
${honeypot(context)}
<p><button>${phrases('page.subscribe.button')}</button></p>
<p class="soft">${phrases('page.subscribe.promise')}</p>
</form>`;
}

function honeypot({ phrases }: PageContext): Html {
  return html`<p class="unseen" aria-hidden="true"><label>${phrases('page.field.honeypot')} <input name="${HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>`;
}

/** `/subscribe`, and the answer to one of its two forms that had faults. */
export function subscribePage(context: PageContext, form: SignUpForm & { link?: LinkForm }): Html {
  const { phrases } = context;
  const title = phrases('page.subscribe.title');
  const isFaulty = [form.faults, form.link?.faults].some((faults) => faults?.length);
  return layout(context, {
    title: isFaulty ? `${phrases('page.fault.title')} ${title}` : title,
    description: phrases('page.subscribe.text'),
    path: pathInLanguage(context, '/subscribe'),
    body: html`<div class="column">
<h1>${title}</h1>
<p class="dek">${phrases('page.subscribe.text')}</p>
${signUpForm(context, form)}
${linkForm(context, form.link ?? {})}
</div>`,
  });
}

type LinkForm = Pick<SignUpForm, 'email' | 'faults'>;

/** For readers who have no mail of ours at hand. Posts `email` to `/subscriptions/link`. */
function linkForm(context: PageContext, { email, faults }: LinkForm): Html {
  const { phrases } = context;
  return html`<section class="apart" aria-labelledby="link">
<h2 id="link">${phrases('page.link.title')}</h2>
<p>${phrases('page.link.text')}</p>
<form action="/subscriptions/link" method="post" novalidate>
${emailField(context, email, faults, { id: 'link-email', autofocus: true })}
${honeypot(context)}
<p><button class="second">${phrases('page.link.button')}</button></p>
</form>
</section>`;
}
