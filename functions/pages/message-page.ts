import { html } from 'hono/html';
import { homePath, layout } from './layout.ts';
import type { Html, PageContext } from './page-context.ts';

/** A page with one message, such as "look into your inbox" or "there is no such page". Search engines never list it. */
export function messagePage(
  context: PageContext,
  data: { title: string; text: string; robots?: 'noindex' | undefined },
): Html {
  return layout(context, {
    title: data.title,
    path: '',
    robots: data.robots ?? 'noindex',
    body: html`<div class="column">
<h1>${data.title}</h1>
<p class="dek">${data.text}</p>
<p><a href="${homePath(context)}">${context.phrases('page.message.home')}</a></p>
</div>`,
  });
}
