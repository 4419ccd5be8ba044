/** A story as it is stored: every field checked, its HTML sanitised, its URLs absolute, its times ISO 8601 in UTC. */
export type Article = ArticleFields & {
  id: string;
  /** Counted up by every write, from 1. */
  version: number;
  /** The editor's date, or the moment it was first published here. In the future: under embargo. */
  publishedAt: string;
  /** The editor gave `publishedAt`; without it, a draft gets its date when it is published. */
  dated?: boolean;
  createdAt: string;
  updatedAt: string;
  /** When it first was, or will be, public here. Unlike `publishedAt` it never moves once it has passed. */
  publicAt?: string;
  /** The same story in other languages, kept up after each change of one of them. */
  translations?: Translation[];
  /** Set on a tombstone: the article has left every feed and page. */
  retractedAt?: string;
};

/** What an editor decides about a story. */
export type ArticleFields = {
  title: string;
  /** The dek. */
  summary?: string;
  html: string;
  url?: string;
  /** BCP 47, canonical. */
  language: string;
  authors: Author[];
  /** Who else had a part in it: translators, photographers, illustrators. */
  contributors?: Author[];
  /** As the editor wrote it; empty: in none. */
  section: string;
  tags: string[];
  image?: Image;
  audio?: Audio;
  commentsUrl?: string;
  related: Related[];
  /** Id of the article that this one translates. */
  translationOf?: string;
  publishedAt?: string;
  status: 'draft' | 'published';
  featured: boolean;
};

export type Author = { name: string; url?: string };
export type Related = { title: string; url: string };
/** `url` as the translation has it: absent where it is read on our own page. */
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

/** Published, not retracted, and its time has come. `now` in ISO 8601. */
export function isPublic(article: Article, now: string): boolean {
  return isListed(article) && article.publishedAt <= now;
}

/** In its feeds, now or once its embargo ends. */
export function isListed(article: Article): boolean {
  return article.status === 'published' && article.retractedAt === undefined;
}

/** Retracted after readers could see it; what was retracted before is nobody's business. */
export function isWithdrawn({ publicAt, retractedAt }: Article): boolean {
  return retractedAt !== undefined && publicAt !== undefined && publicAt <= retractedAt;
}

/** Permanent and the same in every feed and format: it outlives a change of URL or of host (RFC 4151). */
export function guidOf(id: string, idAuthority: string): string {
  return `tag:${idAuthority}:articles/${id}`;
}

/** Where the story is read: the editor's URL, or our plain page for articles without one. */
export function linkOf(article: Pick<Article, 'id' | 'url'>, baseUrl: string): string {
  return article.url ?? pageOf(article.id, baseUrl);
}

export function pageOf(id: string, baseUrl: string): string {
  return `${baseUrl}/articles/${encodeURIComponent(id)}`;
}

/** The strong entity tag of an article in the editors' API (RFC 9110, 8.8.3). */
export function versionTag(article: Pick<Article, 'version'>): string {
  return `"${article.version}"`;
}
