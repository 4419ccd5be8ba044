import { type Article, type Author, guidOf, linkOf } from '../articles/article.ts';
import { excerptOf } from '../articles/excerpt.ts';
import { laterOf } from '../shared/clock.ts';
import { escapeMarkup, shorten } from '../shared/text.ts';

/** An article as every format shows it. Text is plain text, `html` is HTML, URLs are absolute, times are ISO 8601. */
export type FeedEntry = {
  guid: string;
  link: string;
  title: string;
  /** The dek. */
  summary: string | undefined;
  /** The dek, or how the text begins, or the title: never empty. */
  excerpt: string;
  /** Absent in a feed of summaries. */
  html: string | undefined;
  language: string;
  published: string;
  updated: string;
  authors: Author[];
  contributors: Author[];
  /** The section's name, then the tags. */
  categories: string[];
  image: Article['image'];
  audio: Article['audio'];
  commentsUrl: string | undefined;
  related: Article['related'];
  translations: { language: string; href: string }[];
};

/** Characters. */
const MAX_EXCERPT = 300;

export function feedEntry(
  article: Article,
  options: {
    baseUrl: string;
    idAuthority: string;
    content: 'full' | 'summary';
    sectionName: (section: string) => string;
  },
): FeedEntry {
  return {
    guid: guidOf(article.id, options.idAuthority),
    link: linkOf(article, options.baseUrl),
    title: article.title,
    summary: article.summary || undefined,
    excerpt: article.summary || shorten(excerptOf(article.html), MAX_EXCERPT) || article.title,
    html: options.content === 'full' ? withLeadPhoto(article) : undefined,
    language: article.language,
    published: article.publishedAt,
    // A story that was written before its date is no older than its date.
    updated: laterOf(article.updatedAt, article.publishedAt),
    authors: article.authors,
    contributors: article.contributors ?? [],
    categories: [...new Set([options.sectionName(article.section), ...article.tags].filter(Boolean))],
    image: article.image,
    audio: article.audio,
    commentsUrl: article.commentsUrl,
    related: article.related,
    translations: (article.translations ?? []).map((translation) => ({
      language: translation.language,
      href: linkOf(translation, options.baseUrl),
    })),
  };
}

/** Most readers show the body and nothing else, and a photo is not to be shown without its credit. */
function withLeadPhoto({ html, image }: Article): string {
  // The body's addresses have only `&` escaped: the rest of what is escaped elsewhere is in no URL, or stays.
  if (!image || html.includes(image.url.replaceAll('&', '&amp;'))) return html;
  const size = (name: 'width' | 'height') => (image[name] ? ` ${name}="${image[name]}"` : '');
  const caption = [image.caption, image.credit]
    .filter(Boolean)
    .map((text) => escapeMarkup(text ?? ''))
    .join(' — ');
  const picture = `<img src="${escapeMarkup(image.url)}" alt="${escapeMarkup(image.alt)}"${size('width')}${size('height')} />`;
  return `<figure>${picture}${caption && `<figcaption>${caption}</figcaption>`}</figure>${html}`;
}
