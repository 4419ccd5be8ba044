import { Feed } from 'feed';
import { generateAtomFeed, generateJsonFeed, generateRssFeed } from 'feedsmith';
import type { Article } from '../functions/articles/article.ts';
import { parseArticle } from '../functions/articles/article-input.ts';
import { nextVersion } from '../functions/articles/article-version.ts';
import { type FeedFormat, FORMATS } from '../functions/feeds/feed-key.ts';
import { type FeedWindow, feedWindow } from '../functions/feeds/feed-window.ts';
import { documentText } from '../functions/feeds/render-feed.ts';
import { testConfig } from '../tests/support/config.ts';
import publication from '../tests/support/publication.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { inTurns, type Round, summaryOf } from './interleave.ts';
import { story } from './stories.ts';

/**
 * Measures how fast a feed document is made from fifty articles of 11 KB. The whole renderer of Broadsheet runs against two
 * libraries, which make a feed of the same titles, texts, authors and categories. The documents of Broadsheet have more in
 * them: the language, both kinds of categories, and links to translations, archive and hub. They are also well-formed
 * whatever text an editor has sent.
 */
export const coldRender: Benchmark = { name: 'cold-render', run };

const ENTRIES = 50;
/**
 * There would be no reason for an XML renderer of our own that is slower than a library. The libraries let the
 * runtime write JSON, as Broadsheet does, so there the bar only allows for what is more in our documents.
 */
const BARS: Record<FeedFormat, number> = { rss: 1, atom: 1, json: 0.85 };
const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const WARM_UP_MILLISECONDS = 1_000;
const ROUND_MILLISECONDS = 150;
const PAIRS = 16;

type Render = () => string;

async function run(): Promise<Result[]> {
  const config = testConfig({ BROADSHEET_URL: 'https://paper.example' });
  const articles = Array.from({ length: ENTRIES }, (_, index) => articleOf(index));
  const window = windowOf(articles);
  const results: Result[] = [];
  for (const format of FORMATS) {
    const ours: Render = () => documentText(config, { selector: {}, format }, window, articles[0], articles);
    const libraries = { feed: withFeed(articles, format), feedsmith: withFeedsmith(articles, format) };
    for (const [library, theirs] of Object.entries(libraries)) {
      results.push(await compare(`${format} against ${library}`, BARS[format], ours, theirs));
    }
  }
  return results;
}

async function compare(what: string, bar: number, ours: Render, theirs: Render): Promise<Result> {
  for (const render of [ours, theirs]) {
    const missing = Array.from({ length: ENTRIES }, (_, index) => `(${index})`).filter(
      (mark) => !render().includes(mark),
    );
    if (missing.length > 0) throw new Error(`${what}: a document lacks the stories ${missing.join(', ')}`);
    await roundOf(render)(WARM_UP_MILLISECONDS);
  }
  const { ratio, quartiles, ...rates } = summaryOf(await inTurns(asRound(ours), asRound(theirs), PAIRS));
  return {
    what,
    value: ratio,
    unit: '×',
    bar: { atLeast: bar },
    noise: `${figure(quartiles[0])}–${figure(quartiles[1])} in half of ${rates.pairs} pairs`,
    details: [
      `${figure(1000 / rates.ours)} ms against ${figure(1000 / rates.theirs)}; ${figure(ours().length)} characters against ${figure(theirs().length)}`,
    ],
  };
}

/** Renders for this many milliseconds, and returns the documents per second. */
const roundOf = (render: Render) => async (milliseconds: number) => {
  const begun = performance.now();
  let made = 0;
  while (performance.now() - begun < milliseconds) {
    if (render().length === 0) throw new Error('an empty document');
    made += 1;
  }
  return made / ((performance.now() - begun) / 1000);
};
const asRound =
  (render: Render): Round =>
  () =>
    roundOf(render)(ROUND_MILLISECONDS);

function articleOf(index: number): Article {
  const outcome = parseArticle(story(index, NOW - 7 * 24 * 3_600_000));
  if (!outcome.ok) throw new Error(`a story was refused: ${JSON.stringify(outcome.faults)}`);
  return nextVersion(undefined, `story-${index}`, outcome, NOW);
}

function windowOf(articles: Article[]): FeedWindow {
  const pointers = articles.map(({ id, version, publishedAt, updatedAt }) => ({
    id,
    version,
    publishedAt,
    updatedAt: Date.parse(updatedAt),
  }));
  return feedWindow(pointers, 0);
}

const HEAD = {
  title: publication.name.en,
  description: publication.description.en,
  link: 'https://paper.example/',
};
const pageOf = ({ id }: Article) => `https://paper.example/articles/${id}`;
const guidOf = ({ id }: Article) => `tag:${publication.idAuthority}:articles/${id}`;
const categoriesOf = ({ section, tags }: Article) => [section, ...tags].filter(Boolean);

function withFeed(articles: Article[], format: FeedFormat): Render {
  return () => {
    const feed = new Feed({ ...HEAD, id: HEAD.link, updated: new Date(NOW), copyright: '' });
    for (const article of articles) {
      feed.addItem({
        title: article.title,
        id: guidOf(article),
        link: pageOf(article),
        description: article.summary ?? '',
        content: article.html,
        date: new Date(article.updatedAt),
        published: new Date(article.publishedAt),
        author: article.authors,
        category: categoriesOf(article).map((name) => ({ name })),
      });
    }
    switch (format) {
      case 'rss':
        return feed.rss2();
      case 'atom':
        return feed.atom1();
      case 'json':
        return feed.json1();
    }
  };
}

function withFeedsmith(articles: Article[], format: FeedFormat): Render {
  switch (format) {
    case 'rss':
      return () =>
        generateRssFeed({
          ...HEAD,
          items: articles.map((article) => ({
            title: article.title,
            link: pageOf(article),
            guid: { value: guidOf(article), isPermaLink: false },
            description: article.summary ?? '',
            pubDate: new Date(article.publishedAt),
            categories: categoriesOf(article).map((name) => ({ name })),
            dc: { creators: article.authors.map(({ name }) => name) },
            content: { encoded: article.html },
          })),
        });
    case 'atom':
      return () =>
        generateAtomFeed({
          id: HEAD.link,
          title: { value: HEAD.title },
          updated: new Date(NOW),
          entries: articles.map((article) => ({
            id: guidOf(article),
            title: { value: article.title },
            links: [{ href: pageOf(article) }],
            summary: { value: article.summary ?? '' },
            content: { value: article.html, type: 'html' },
            published: new Date(article.publishedAt),
            updated: new Date(article.updatedAt),
            authors: article.authors.map(({ name }) => ({ name })),
            categories: categoriesOf(article).map((term) => ({ term })),
          })),
        });
    case 'json':
      return () =>
        JSON.stringify(
          generateJsonFeed({
            title: HEAD.title,
            description: HEAD.description,
            home_page_url: HEAD.link,
            items: articles.map((article) => ({
              id: guidOf(article),
              url: pageOf(article),
              title: article.title,
              summary: article.summary ?? '',
              content_html: article.html,
              date_published: new Date(article.publishedAt),
              date_modified: new Date(article.updatedAt),
              authors: article.authors.map(({ name }) => ({ name })),
              tags: categoriesOf(article),
            })),
          }),
        );
  }
}
