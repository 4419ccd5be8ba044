import { html, raw } from 'hono/html';
import { layout, pathInLanguage } from './layout.ts';
import { editionName, type Html, type PageContext } from './page-context.ts';

/**
 * The pages behind the links of a mail. They only show a button, because programs that scan mails follow every link.
 * Such a program must not subscribe or unsubscribe anybody. `action` is the address to which the button posts, with the
 * token.
 */

export function confirmPage(context: PageContext, data: { action: string; editions: string[] }): Html {
  const { phrases } = context;
  return linkPage(
    context,
    phrases('page.confirm.title'),
    html`<p class="dek">${phrases('page.confirm.text')}</p>
<ul>${data.editions.map((id) => html`<li>${editionName(context, id)}</li>`)}</ul>
<form action="${data.action}" method="post"><p><button>${phrases('page.confirm.button')}</button></p></form>
<p class="soft">${phrases('page.confirm.ignore')}</p>`,
  );
}

/**
 * Lets a reader leave the `edition` of the mail or all editions. The buttons post `scope`, with `edition` or `all`. The
 * first button is only there if the reader still gets that edition. `editions` are the editions that the reader gets. A
 * reader who gets none sees no button.
 */
export function unsubscribePage(
  context: PageContext,
  data: { action: string; edition?: string | undefined; editions: string[] },
): Html {
  const { phrases } = context;
  const { action, edition, editions } = data;
  const title = phrases('page.unsubscribe.title');
  if (editions.length === 0)
    return linkPage(
      context,
      title,
      html`<p class="dek">${phrases('page.unsubscribe.textNone')}</p>
<p><a href="${pathInLanguage(context, '/subscribe')}">${phrases('page.unsubscribe.again')}</a></p>`,
    );
  const name = edition && editionName(context, edition);
  const left = name && !editions.includes(edition);
  const own = !left && name;
  return linkPage(
    context,
    title,
    html`${
      left
        ? html`<p class="dek">${phrases('page.unsubscribe.textLeft', { edition: name })}</p>
<ul>${editions.map((id) => html`<li>${editionName(context, id)}</li>`)}</ul>`
        : html`<p class="dek">${own ? phrases('page.unsubscribe.text', { edition: own }) : phrases('page.unsubscribe.textAll')}</p>`
    }
<form action="${action}" method="post">
${own && html`<p><button name="scope" value="edition">${phrases('page.unsubscribe.edition', { edition: own })}</button></p>`}
<p><button name="scope" value="all"${raw(own ? ' class="second"' : '')}>${phrases('page.unsubscribe.all')}</button></p>
</form>`,
  );
}

/** Asks the owner of a new address whether the newsletters should come there. */
export function addressPage(context: PageContext, data: { action: string; email: string }): Html {
  const { phrases } = context;
  return linkPage(
    context,
    phrases('page.address.title'),
    html`<p class="dek">${phrases('page.address.text')} <strong class="address" dir="ltr">${data.email}</strong></p>
<form action="${data.action}" method="post"><p><button>${phrases('page.address.button')}</button></p></form>
<p class="soft">${phrases('page.address.ignore')}</p>`,
  );
}

/** Says what an erasure deletes, and asks for it. `back` is the address that the reader came from. */
export function erasePage(
  context: PageContext,
  data: { action: string; back: string; email: string; editions: string[] },
): Html {
  const { phrases } = context;
  const items = [
    html`<li>${phrases('page.erase.address')} <strong class="address" dir="ltr">${data.email}</strong></li>`,
    ...data.editions.map(
      (id) => html`<li>${phrases('page.erase.edition', { edition: editionName(context, id) })}</li>`,
    ),
    html`<li>${phrases('page.erase.preferences')}</li>`,
  ];
  return linkPage(
    context,
    phrases('page.erase.title'),
    html`<p class="dek">${phrases('page.erase.text')}</p>
<ul>${items}</ul>
<p>${phrases('page.erase.kept')}</p>
<form action="${data.action}" method="post"><p><button>${phrases('page.erase.button')}</button></p></form>
<p><a href="${data.back}">${phrases('page.erase.back')}</a></p>`,
  );
}

/** Makes a page in one column that search engines do not list. */
export function linkPage(context: PageContext, title: string, content: Html): Html {
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
