import { html, raw } from 'hono/html';
import { type FeedSelector, feedLanguages, feedsInAllLanguages, feedsInLanguage } from '../feeds/feed-key.ts';
import { GROUPS, type RecentFeeds } from '../feeds/recent-feeds.ts';
import { publicationLanguage } from '../settings/publication.ts';
import { languageName } from '../shared/locale.ts';
import { feedName, formatLinks } from './feed-links.ts';
import { FEEDS_SCRIPT_PATH } from './feeds-script.ts';
import { followFeed } from './follow-feed.ts';
import { layout, pathInLanguage } from './layout.ts';
import type { Html, PageContext } from './page-context.ts';

/** `name` is the name of a feed within its group. The heading of the group completes it. */
type Row = { selector: FeedSelector; name: string };
type Group = { title: string; text?: string; rows: Row[]; open?: boolean };

/** `/feeds`: all feeds, and how a reader follows one. */
export function feedsPage(context: PageContext, recent: RecentFeeds): Html {
  const { config, phrases } = context;
  const title = phrases('page.feeds.title');
  return layout(context, {
    title,
    description: phrases('page.feeds.text'),
    path: pathInLanguage(context, '/feeds'),
    feeds: config.publication.sections.map(({ slug }) => ({ section: slug })),
    script: FEEDS_SCRIPT_PATH,
    body: html`<div class="column">
<h1>${title}</h1>
<p class="dek">${phrases('page.feeds.text')}</p>
<h2>${phrases('page.feeds.how')}</h2>
<ol>
<li>${phrases('page.feeds.howReader')}</li>
<li>${phrases('page.feeds.howFeed')}</li>
<li>${phrases('page.feeds.howFollow')}</li>
</ol>
<p>${phrases('page.feeds.formats')}</p>
<p>${phrases('page.feeds.opmlText')} <a href="/opml.xml" type="text/x-opml" download>${phrases('page.feeds.opml')}</a></p>
${numbered([...configuredGroups(context), ...recentGroups(context, recent)]).map((group) => feedGroup(context, group))}
</div>`,
  });
}

/**
 * Groups the feeds that the settings define. The reader's language comes first, then feeds of all languages together,
 * then the other languages.
 */
function configuredGroups(context: PageContext): Group[] {
  const { config, phrases, language } = context;
  const { publication } = config;
  const own = publicationLanguage(language, publication.languages);
  const languages = [own, ...publication.languages].filter(
    (each, index, list) => feedLanguages(publication).includes(each) && list.indexOf(each) === index,
  );
  const sectionsOf = (title: string, feeds: FeedSelector[]): Group => ({
    title,
    text: phrases('page.feeds.sectionsText'),
    rows: feeds.map((selector) => row(context, selector, { section: selector.section })),
  });
  const inLanguage = (each: string): Group =>
    sectionsOf(
      phrases('page.feeds.sectionsIn', { language: languageName(each) }),
      feedsInLanguage(publication, each).filter(isOfSection),
    );
  const [first, ...others] = languages.map(inLanguage);
  const everywhere = sectionsOf(
    phrases(languages.length > 0 ? 'page.feeds.sectionsInAll' : 'page.feeds.sections'),
    feedsInAllLanguages(publication).filter(isOfSection),
  );
  const whole: FeedSelector[] = [{}, ...languages.map((each) => ({ language: each }))];
  return [
    {
      title: phrases('page.feeds.everything'),
      text: phrases('page.feeds.everythingText'),
      rows: whole.map((selector) => row(context, selector)),
      open: true,
    },
    {
      title: phrases('page.feeds.podcast'),
      text: phrases('page.feeds.podcastText'),
      rows: publication.podcast
        ? whole.map((selector) => row(context, { ...selector, podcast: true }, selector))
        : [],
    },
    ...(first ? [first] : []),
    everywhere,
    ...others,
  ];
}

/**
 * Groups the feeds that only the newest stories bring: of tags, of authors, and of languages and sections that the
 * settings do not have.
 */
function recentGroups(context: PageContext, recent: RecentFeeds): Group[] {
  const { phrases } = context;
  return GROUPS.map((group) => ({
    title: phrases(`page.feeds.${group}`),
    text: phrases(`page.feeds.${group}Text`),
    rows: recent[group].map(({ selector, namedBy }) => ({
      selector,
      name: feedName(context, selector, [namedBy]),
    })),
  }));
}

function row(context: PageContext, selector: FeedSelector, shown = selector): Row {
  return { selector, name: feedName(context, shown) };
}

function isOfSection({ section }: FeedSelector): boolean {
  return section !== undefined;
}

type NumberedGroup = Omit<Group, 'rows'> & { rows: (Row & { id: string })[] };

/** Gives every feed its own id on the page, and leaves out groups without feeds. */
function numbered(groups: Group[]): NumberedGroup[] {
  let count = 0;
  return groups
    .filter(({ rows }) => rows.length > 0)
    .map((group) => ({ ...group, rows: group.rows.map((each) => ({ ...each, id: `feed-${++count}` })) }));
}

function feedGroup(context: PageContext, { title, text, rows, open }: NumberedGroup): Html {
  return html`<h2>${title}</h2>
<p class="soft">${text}</p>
${rows.map(
  ({ selector, name, id }) => html`<details class="feed"${raw(open ? ' open' : '')}>
<summary id="${id}-name" dir="auto">${name}</summary>
${followFeed(context, { selector, format: 'rss' }, id)}
${formats(context, selector, name)}
</details>
`,
)}`;
}

function formats({ phrases }: PageContext, selector: FeedSelector, name: string): Html {
  return html`<p class="formats"><span class="soft">${phrases('page.feeds.look')}</span> ${formatLinks(selector, name)}</p>`;
}
