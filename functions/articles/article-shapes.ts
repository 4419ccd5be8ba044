import * as z from 'zod';
import { FIELDS } from './article-fields.ts';

/** Schemas of what the API takes and returns for articles (`app.ts`). */

/**
 * Something that was changed in the article or looks like a mistake. `pointer` is a JSON Pointer (RFC 6901) to its
 * place in the input.
 */
const warning = z.strictObject({ pointer: z.string(), detail: z.string() });
const person = z.strictObject({ name: z.string(), url: z.string().optional() });

/**
 * The fields that GET adds to the fields of the input. PUT accepts them and ignores them, so that a client can get an
 * article, edit it and put it back.
 */
export const READ_ONLY_FIELDS = [
  'guid',
  'version',
  'createdAt',
  'updatedAt',
  'publicAt',
  'retractedAt',
  'translations',
  'link',
  'warnings',
] as const;

export const articleInput = z.strictObject({
  ...FIELDS,
  ...Object.fromEntries(READ_ONLY_FIELDS.map((name) => [name, z.unknown().optional()])),
});

/** A JSON merge patch (RFC 7396). A field that is absent stays as it is, and null removes a field. */
export const articlePatch = z.record(z.string(), z.unknown());

export const articleView = z.strictObject({
  id: z.string(),
  /** The permanent id of the article in feeds, which is a tag URI (RFC 4151). */
  guid: z.string(),
  version: z.int(),
  /** The URL of the page on which the story is read. */
  link: z.string(),
  title: z.string(),
  summary: z.string().optional(),
  content: z.strictObject({ html: z.string() }),
  url: z.string().optional(),
  language: z.string(),
  authors: z.array(person),
  contributors: z.array(person).optional(),
  section: z.string().optional(),
  tags: z.array(z.string()),
  image: z
    .strictObject({
      url: z.string(),
      alt: z.string(),
      caption: z.string().optional(),
      credit: z.string().optional(),
      width: z.int().optional(),
      height: z.int().optional(),
      type: z.string().optional(),
      bytes: z.int().optional(),
    })
    .optional(),
  audio: z
    .strictObject({ url: z.string(), type: z.string(), bytes: z.int(), seconds: z.int().optional() })
    .optional(),
  commentsUrl: z.string().optional(),
  related: z.array(z.strictObject({ title: z.string(), url: z.string() })),
  translationOf: z.string().optional(),
  translations: z
    .array(z.strictObject({ id: z.string(), language: z.string(), url: z.string().optional() }))
    .optional(),
  publishedAt: z.string(),
  status: z.enum(['draft', 'published']),
  featured: z.boolean(),
  newsletter: z.enum(['auto', 'never']),
  createdAt: z.string(),
  updatedAt: z.string(),
  publicAt: z.string().optional(),
  retractedAt: z.string().optional(),
  warnings: z.array(warning).optional(),
});

export const articleList = z.strictObject({
  articles: z.array(articleView),
  /** The cursor of the next page. The last page has none. */
  next: z.string().optional(),
});
