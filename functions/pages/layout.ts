import { html, raw } from 'hono/html';
import type { Article } from '../articles/article.ts';
import { type FeedAddress, type FeedSelector, feedPath } from '../feeds/feed-key.ts';
import { publicationLanguage } from '../settings/publication.ts';
import { directionOf, languageName } from '../shared/locale.ts';
import { shorten } from '../shared/text.ts';
import { headFeeds, siteFeeds } from './feed-links.ts';
import { type Html, inOwnLanguage, type PageContext, settingText, spokenLanguage } from './page-context.ts';

export type { PageContext } from './page-context.ts';

export type Page = {
  title: string;
  /** What search engines and previews show under the title. */
  description?: string | undefined;
  /** The path of the page without its query, so that no token gets into a canonical address. */
  path: string;
  /** The absolute address of the original, if the page shows something that was published elsewhere. */
  canonical?: string | undefined;
  /** More feeds for the head. The feeds of everything and of the page's language are always there. */
  feeds?: FeedSelector[] | undefined;
  /** The feed that the page is about. */
  feed?: FeedAddress | undefined;
  /** The address of one of our scripts. The page must work without the script too. */
  script?: string | undefined;
  /** The stories that the page shows. The names of their tags and authors name the feeds in the head. */
  articles?: Article[] | undefined;
  robots?: 'noindex' | undefined;
  body: Html;
};

/** How many characters of a title or a description a tab, a bookmark or a search result shows. */
const MAX_TITLE = 120;
const MAX_DESCRIPTION = 300;

/**
 * Makes a whole page: the head, the masthead, the navigation, `body` as the main part, and the foot. `body` must have
 * one `h1`.
 */
export function layout(context: PageContext, page: Page): Html {
  const { config, phrases, language } = context;
  const { publication, baseUrl } = config;
  const spoken = spokenLanguage(context);
  const own = inOwnLanguage(spoken, language);
  const name = settingText(context, publication.name);
  const home = homePath(context);
  const feeds = [...siteFeeds(context), ...(page.feeds ?? [])];
  const links = [
    { href: pathInLanguage(context, '/feeds'), text: phrases('page.nav.feeds') },
    { href: pathInLanguage(context, '/subscribe'), text: phrases('page.nav.newsletters') },
    { href: pathInLanguage(context, '/issues'), text: phrases('page.nav.issues') },
  ];
  return html`<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${headTitle(page.title, name)}</title>
${page.description && html`<meta name="description" content="${shorten(page.description, MAX_DESCRIPTION)}">`}
${page.robots ? html`<meta name="robots" content="${page.robots}">` : html`<link rel="canonical" href="${page.canonical ?? baseUrl + page.path}">`}
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
${page.script && html`<script src="${page.script}" defer></script>`}
${headFeeds(context, feeds, page.articles, page.feed)}</head>
<body>
<a class="skip" href="#content"${own}>${phrases('page.skip')}</a>
<header class="masthead"${own}>
<p class="name"><a href="${home}">${name}</a></p>
<nav aria-label="${phrases('page.nav.label')}">
<ul>
<li><a href="${home}"${current(page.path === home)}>${phrases('page.nav.home')}</a></li>
${links.map(
  ({ href, text }) => html`<li><a href="${href}"${current(page.path === href)}>${text}</a></li>
`,
)}</ul>
</nav>
</header>
<main id="content" tabindex="-1">
${page.body}
</main>
<footer${own}>
<p>${settingText(context, publication.description)}</p>
${languageSwitch(context, spoken)}
</footer>
</body>
</html>
`;
}

/** Returns the path of the home page in the page's language, or `/` if the publication has only one language. */
export function homePath({ config, language }: PageContext): string {
  const { languages } = config.publication;
  const own = publicationLanguage(language, languages);
  return languages.length > 1 && languages.includes(own) ? feedPath({ language: own }) : '/';
}

/**
 * Returns a path with the page's language, such as `/es/feeds`, so that a reader who chose a language stays in it.
 * `/feeds` alone is in the language of the browser.
 */
export function pathInLanguage(context: PageContext, path: string): string {
  return `${homePath(context).slice(0, -1)}${path}`;
}

function headTitle(title: string, name: string): string {
  const short = shorten(title, MAX_TITLE);
  return title === name ? short : `${short} · ${name}`;
}

function current(here: boolean): Html {
  return raw(here ? ' aria-current="page"' : '');
}

function languageSwitch({ config, phrases, language }: PageContext, spoken: string): Html {
  const { languages } = config.publication;
  if (languages.length < 2) return raw('');
  const own = publicationLanguage(language, languages);
  const items = languages.map(
    (each) =>
      html`<li><a href="${feedPath({ language: each })}" hreflang="${each}"${inOwnLanguage(each, spoken)}${raw(each === own ? ' aria-current="true"' : '')}>${languageName(each)}</a></li>
`,
  );
  return html`<nav aria-label="${phrases('page.languages')}">
<ul>
${items}</ul>
</nav>`;
}
