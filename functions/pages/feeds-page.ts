import { html, raw } from 'hono/html';
import { shorten } from '../articles/text.ts';
import type { FeedSelector } from '../feeds/feed-key.ts';
import { languageName } from '../locale.ts';
import { feedName, formatLinks } from './feed-links.ts';
import { layout, pathInLanguage } from './layout.ts';
import type { Html, PageContext } from './page-context.ts';

type Named = { slug: string; name: string };
/** `name`: as the table has it, whose caption may say the rest; `title`: in full. */
type Row = { selector: FeedSelector; name: string; title: string };

const MAX_NAME = 80;

/** `/feeds`: every feed, for a person. `tags` and `authors` are those of late. */
export function feedsPage(context: PageContext, data: { tags: Named[]; authors: Named[] }): Html {
  const { config, phrases } = context;
  const { languages, sections } = config.publication;
  const row = (selector: FeedSelector, shown = selector): Row => ({
    selector,
    name: feedName(context, shown),
    title: feedName(context, selector),
  });
  const inLanguages = languages.length > 1 ? languages : [];
  const title = phrases('page.feeds.title');
  return layout(context, {
    title,
    description: phrases('page.feeds.text'),
    path: pathInLanguage(context, '/feeds'),
    feeds: sections.map(({ slug }) => ({ section: slug })),
    body: html`<div class="column">
<h1>${title}</h1>
<p class="dek">${phrases('page.feeds.text')}</p>
<p>${phrases('page.feeds.formats')} <a href="/opml.xml" type="text/x-opml">${phrases('page.feeds.opml')}</a></p>
${table(phrases('page.feeds.everything'), [row({}), ...inLanguages.map((language) => row({ language }))])}
${table(
  phrases('page.feeds.sections'),
  sections.map(({ slug }) => row({ section: slug })),
)}
${inLanguages.map((language) =>
  table(
    phrases('page.feeds.sectionsIn', { language: languageName(language) }),
    sections.map(({ slug }) => row({ language, section: slug }, { section: slug })),
  ),
)}
${table(
  phrases('page.feeds.tags'),
  data.tags.map(({ slug, name }) => named({ tag: slug }, name)),
)}
${table(
  phrases('page.feeds.authors'),
  data.authors.map(({ slug, name }) => named({ author: slug }, name)),
)}
</div>`,
  });
}

function named(selector: FeedSelector, name: string): Row {
  const short = shorten(name, MAX_NAME);
  return { selector, name: short, title: short };
}

function table(caption: string, rows: Row[]): Html {
  if (rows.length === 0) return raw('');
  return html`<table class="feeds">
<caption>${caption}</caption>
<tbody>
${rows.map(
  ({
    selector,
    name,
    title,
  }) => html`<tr><th scope="row" dir="auto">${name}</th>${formatLinks(selector, title).map((link) => html`<td>${link}</td>`)}</tr>
`,
)}</tbody>
</table>`;
}
