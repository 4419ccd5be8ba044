import { html } from 'hono/html';
import type { Fault } from '../shared/refusal.ts';
import { layout, pathInLanguage } from './layout.ts';
import type { Html, PageContext } from './page-context.ts';
import { editionsField, emailField, faultSummary, languageField, topicsField } from './reader-fields.ts';

/** What was typed into the form before, and what was wrong with it. Everything is undefined in a new form. */
export type SignUpForm = {
  email?: string | undefined;
  language?: string | undefined;
  editions?: string[] | undefined;
  topics?: string[] | undefined;
  faults?: Fault[] | undefined;
};

/** A field that people do not see. Only a program that fills in every field writes something into it. */
export const HONEYPOT = 'website';

/**
 * The sign-up form. It posts `email`, `language`, `editions[]` and `topics[]` to `/subscriptions`. The browser's own
 * checks are switched off. They refuse addresses that RFC 6531 allows, and their messages are in the browser's language
 * and not in the language of the page.
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

/** `/subscribe`. It is also the answer if one of its two forms was posted with faults. */
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

/** The form that mails readers the link to their preferences. It posts `email` to `/subscriptions/link`. */
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
