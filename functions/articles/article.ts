/** A story as it is stored: its fields are checked, its HTML is sanitised, its URLs are absolute, its times are UTC. */
export type Article = ArticleFields & {
  id: string;
  /** The first version is 1, and every write adds 1. */
  version: number;
  /** The editor's date, or the moment when the story was first published here. A date in the future is an embargo. */
  publishedAt: string;
  /** True if an editor gave `publishedAt`. A draft without such a date gets its date when it is published. */
  dated?: boolean;
  createdAt: string;
  updatedAt: string;
  /**
   * When the story first became public here, or will become public. Unlike `publishedAt`, it never changes after this
   * time has passed.
   */
  publicAt?: string;
  /** The same story in other languages. They are linked again after each change of one of them. */
  translations?: Translation[];
  /** When the article was retracted. An article with this time is a tombstone and is in no feed and on no page. */
  retractedAt?: string;
};

/** The fields of a story that an editor decides. */
export type ArticleFields = {
  title: string;
  /** A sentence or two below the title. Newsrooms call it the dek. */
  summary?: string;
  html: string;
  url?: string;
  /** A canonical language tag (BCP 47). */
  language: string;
  authors: Author[];
  /** Other people who had a part in the story, such as translators, photographers and illustrators. */
  contributors?: Author[];
  /** The name of the section as the editor wrote it. It is empty if the story is in no section. */
  section: string;
  tags: string[];
  image?: Image;
  audio?: Audio;
  commentsUrl?: string;
  related: Related[];
  /** The id of the article that this one translates. */
  translationOf?: string;
  publishedAt?: string;
  status: 'draft' | 'published';
  featured: boolean;
  /** "never" keeps the story out of every newsletter. If it is absent, newsletters may have the story. */
  newsletter?: 'never';
};

export type Author = { name: string; url?: string };
export type Related = { title: string; url: string };
/** `url` is the translation's own URL. It is absent if the translation is read on our page. */
export type Translation = { id: string; language: string; url?: string };
export type Image = {
  url: string;
  alt: string;
  caption?: string;
  credit?: string;
  width?: number;
  height?: number;
  type?: string;
  bytes?: number;
};
export type Audio = { url: string; type: string; bytes: number; seconds?: number };

/**
 * Checks whether readers can see an article: it is published, not retracted, and its embargo is over. `now` is ISO
 * 8601.
 */
export function isPublic(article: Article, now: string): boolean {
  return isListed(article) && article.publishedAt <= now;
}

/** Checks whether an article is in its feeds, or will be when its embargo ends. */
export function isListed(article: Article): boolean {
  return article.status === 'published' && article.retractedAt === undefined;
}

/**
 * Checks whether an article was retracted after readers could see it. Readers learn nothing about an article that was
 * retracted earlier.
 */
export function isWithdrawn({ publicAt, retractedAt }: Article): boolean {
  return retractedAt !== undefined && publicAt !== undefined && publicAt <= retractedAt;
}

/** Returns the permanent id of an article in every feed and format (RFC 4151). A new URL or host does not change it. */
export function guidOf(id: string, idAuthority: string): string {
  return `tag:${idAuthority}:articles/${id}`;
}

/** Returns the URL at which a story is read: the editor's URL, or the URL of our page if the editor gave none. */
export function linkOf(article: Pick<Article, 'id' | 'url'>, baseUrl: string): string {
  return article.url ?? pageOf(article.id, baseUrl);
}

/** Returns the URL of our own page of an article. */
export function pageOf(id: string, baseUrl: string): string {
  return `${baseUrl}/articles/${encodeURIComponent(id)}`;
}

/** Returns the strong entity tag of an article in the API (RFC 9110, section 8.8.3). */
export function versionTag(article: Pick<Article, 'version'>): string {
  return `"${article.version}"`;
}
