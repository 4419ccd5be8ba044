import { html, raw } from 'hono/html';
import { type Article, type Audio, type Author, linkOf } from '../articles/article.ts';
import type { FeedSelector } from '../feeds/feed-key.ts';
import { publicationLanguage, sectionName } from '../settings/publication.ts';
import { languageName } from '../shared/locale.ts';
import { escapeMarkup, shorten, slugOf } from '../shared/text.ts';
import { feedName, formatLinks } from './feed-links.ts';
import { layout } from './layout.ts';
import { byline, day, type Html, inOwnLanguage, type PageContext, spokenLanguage } from './page-context.ts';
import { photo } from './photo.ts';

const MAX_SECTION = 80;

/**
 * `/articles/{id}`: a story on a page of its own. The page is in the story's language, whatever the reader's language
 * is.
 */
export function articlePage(reader: PageContext, article: Article): Html {
  const context = { ...reader, language: article.language };
  const { config, phrases } = context;
  const words = inOwnLanguage(spokenLanguage(context), article.language);
  const section = sectionName(
    config.publication,
    article.section,
    publicationLanguage(article.language, config.publication.languages),
  );
  // An editor may have put the lead photo into the body too. Then it is shown there only.
  const photoInBody = article.image && article.html.includes(escapeMarkup(article.image.url));
  return layout(context, {
    title: article.title,
    description: article.summary,
    path: linkOf({ id: article.id }, ''),
    canonical: article.url,
    feeds: feedsNamedBy(context, article),
    articles: [article],
    body: html`<article class="column story">
${section && html`<p class="kicker"${words}>${shorten(section, MAX_SECTION)}</p>`}
<h1>${article.title}</h1>
${article.summary && html`<p class="dek">${article.summary}</p>`}
<p class="byline"${words}>${bylineOf(context, article)}${day(context, article.publishedAt)}</p>
${contributors(context, article, words)}
${translations(context, article, words)}
${article.image && !photoInBody && photo(context, article.image, { lead: true })}
${article.audio && player(context, article.audio, words)}
<div class="body">
${raw(article.html)}
</div>
${article.commentsUrl && html`<p${words}><a class="button" href="${article.commentsUrl}">${phrases('page.article.comments')}</a></p>`}
${related(context, article, words)}
<section aria-labelledby="filed">
<h2 class="label" id="filed"${words}>${phrases('page.article.filed')}</h2>
<ul class="feeds">
${feedsNamedBy(context, article).map((selector) => {
  const name = feedName(context, selector, [article]);
  return html`<li><span dir="auto">${name}</span> <span class="formats" dir="ltr">${formatLinks(selector, name)}</span></li>
`;
})}</ul>
</section>
</article>`,
  });
}

/** Returns the feeds of the story's section, tags and authors. */
function feedsNamedBy({ config }: PageContext, article: Article): FeedSelector[] {
  const { languages } = config.publication;
  const section = slugOf(article.section);
  return [
    ...(section
      ? [
          languages.length > 1
            ? { language: publicationLanguage(article.language, languages), section }
            : { section },
        ]
      : []),
    ...distinct(article.tags.map(slugOf)).map((tag) => ({ tag })),
    ...distinct(article.authors.map(({ name }) => slugOf(name))).map((author) => ({ author })),
  ];
}

function bylineOf(context: PageContext, { authors }: Article): Html {
  return byline(context, namesOf(authors), linked(authors, raw(' rel="author"')));
}

function contributors(context: PageContext, { contributors = [] }: Article, words: Html): Html {
  if (contributors.length === 0) return raw('');
  const names = byline(context, namesOf(contributors), linked(contributors), 'page.article.contributors');
  return html`<p class="byline"${words}>${names}</p>`;
}

const namesOf = (people: Author[]) => people.map(({ name }) => name);

/** Returns a function that shows a name, as a link if the person has a page. */
function linked(people: Author[], attributes: Html = raw('')): (name: string, index: number) => Html {
  return (name, index) => {
    const url = people[index]?.url;
    return url ? html`<a${attributes} href="${url}"><bdi>${name}</bdi></a>` : html`<bdi>${name}</bdi>`;
  };
}

function translations({ phrases }: PageContext, { translations = [] }: Article, words: Html): Html {
  if (translations.length === 0) return raw('');
  const links = translations.map(
    ({ id, language }) =>
      html`<li><a href="${linkOf({ id }, '')}" lang="${language}" hreflang="${language}">${languageName(language)}</a></li>`,
  );
  return html`<div class="translations"${words}><span id="translations">${phrases('page.article.translations')}</span> <ul aria-labelledby="translations">${links}</ul></div>`;
}

function player({ phrases }: PageContext, { url, type, seconds }: Audio, words: Html): Html {
  const listen = seconds
    ? phrases('page.article.listenFor', { minutes: Math.max(1, Math.round(seconds / 60)) })
    : phrases('page.article.listen');
  return html`<section class="audio" aria-labelledby="listen"${words}>
<h2 class="label" id="listen">${listen}</h2>
<audio controls preload="none"><source src="${url}" type="${type}"></audio>
<p><a href="${url}" type="${type}">${phrases('page.article.download')}</a></p>
</section>`;
}

function related({ phrases }: PageContext, { related }: Article, words: Html): Html {
  if (related.length === 0) return raw('');
  return html`<section aria-labelledby="related">
<h2 class="label" id="related"${words}>${phrases('page.article.related')}</h2>
<ul class="related">
${related.map(
  ({ title, url }) => html`<li><a href="${url}" dir="auto">${title}</a></li>
`,
)}</ul>
</section>`;
}

/** Returns each slug once, without the empty ones of names that have no letter and no digit. */
function distinct(slugs: string[]): string[] {
  return [...new Set(slugs)].filter((slug) => slug !== '');
}
