import { html, raw } from 'hono/html';
import { type Article, linkOf } from '../articles/article.ts';
import { publicationLanguage, sectionName } from '../settings/publication.ts';
import { directionOf } from '../shared/locale.ts';
import { shorten } from '../shared/text.ts';
import {
  byline,
  day,
  type Html,
  inOwnLanguage,
  MAX_HEADLINE,
  type PageContext,
  spokenLanguage,
} from './page-context.ts';
import { photo } from './photo.ts';

/** How many characters of a summary, and of the name of a section or an author, a list shows. */
const MAX_DEK = 280;
const MAX_NAME = 60;

/** Shows the first story of a page, with its photo. */
export function leadStory(context: PageContext, article: Article): Html {
  return html`<article class="lead"${ownOf(article)}>
${article.image && photo(context, article.image, { lead: true })}
${storyText(context, article)}
</article>`;
}

/**
 * Lists stories without their photos. Only the page of a story shows its photo, because it has the caption and credit.
 */
export function storyList(context: PageContext, articles: Article[]): Html {
  return html`<ul class="stories">
${articles.map(
  (article) => html`<li><article${ownOf(article)}>
${storyText(context, article)}
</article></li>
`,
)}</ul>`;
}

function storyText(context: PageContext, article: Article): Html {
  const { publication } = context.config;
  const spoken = spokenLanguage(context);
  const words = inOwnLanguage(spoken, article.language);
  const section = sectionName(
    publication,
    article.section,
    publicationLanguage(context.language, publication.languages),
  );
  const names = article.authors.map(({ name }) => shorten(name, MAX_NAME));
  return html`${section && html`<p class="kicker"${words}>${shorten(section, MAX_NAME)}</p>`}
<h2><a href="${linkOf(article, '')}">${shorten(article.title, MAX_HEADLINE)}</a></h2>
${article.summary && html`<p class="dek">${shorten(article.summary, MAX_DEK)}</p>`}
<p class="byline"${words}>${byline(context, names, (name) => html`<bdi>${name}</bdi>`)}${day(context, article.publishedAt)}</p>`;
}

function ownOf({ language }: Article): Html {
  return html` lang="${language}"${raw(` dir="${directionOf(language)}"`)}`;
}
