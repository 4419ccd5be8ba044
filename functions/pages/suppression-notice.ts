import { html } from 'hono/html';
import type { PhraseKey } from '../shared/locale.ts';
import { parseNamedAddress } from '../shared/named-address.ts';
import { endsWithConsent, type Suppression } from '../subscribers/subscriber.ts';
import { pathInLanguage } from './layout.ts';
import type { Html, PageContext } from './page-context.ts';

const WHY: Record<Suppression['reason'], PhraseKey> = {
  bounced: 'page.manage.unsent.bounced',
  complained: 'page.manage.unsent.complained',
  refused: 'page.manage.unsent.refused',
  erased: 'page.manage.unsent.erased',
  left: 'page.manage.unsent.left',
};

/**
 * Returns the HTML of a notice on a reader's page. The notice says that the reader's address gets no mail and why, and what
 * the reader can do about it: sign up again, or write to the newsroom.
 */
export function suppressionNotice(context: PageContext, suppression: Suppression, editions: string[]): Html {
  const { phrases } = context;
  const way = endsWithConsent(suppression)
    ? html`<a href="${pathInLanguage(context, '/subscribe')}">${phrases('page.unsubscribe.again')}</a>`
    : newsroom(context, editions);
  return html`<p class="said unsent"><strong>${phrases('page.manage.unsent')}</strong> ${phrases(WHY[suppression.reason])} ${way}</p>`;
}

/**
 * Returns a link to the address for replies of an edition that the reader gets, or of the first edition. A name before
 * the address is left out.
 */
function newsroom({ config }: PageContext, editions: string[]): Html {
  const all = config.publication.editions;
  const edition = all.find(({ id }) => editions.includes(id)) ?? all[0];
  const address = parseNamedAddress(edition?.replyTo ?? edition?.from ?? '')?.address ?? '';
  return html`<a href="mailto:${address}" dir="ltr">${address}</a>`;
}
