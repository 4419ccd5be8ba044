import type * as z from 'zod';
import { type Fault, isObject, listedWarnings, pointerOf } from '../shared/refusal.ts';
import { countIllegal } from '../shared/text.ts';
import type { Article, ArticleFields } from './article.ts';
import { type content, FIELDS } from './article-fields.ts';
import { READ_ONLY_FIELDS } from './article-shapes.ts';
import { BeyondLimit } from './body-limits.ts';
import { htmlOfMarkdown } from './markdown.ts';
import { PLAYED_RULE, podcastType } from './podcast-audio.ts';
import { type SanitisedHtml, sanitiseHtml } from './sanitise.ts';

/**
 * The most bytes of an article's JSON. An item of DynamoDB holds 400 KB, and text is stored compressed to a third of
 * its size or less.
 */
export const MAX_BODY_BYTES = 1_048_576;
export type ParsedArticle =
  | { ok: true; id: string | undefined; fields: ArticleFields; warnings: Fault[] }
  | { ok: false; faults: Fault[] };

/** Checks an article's input, which is decoded JSON. Returns its fields, or every fault in it. */
export function parseArticle(input: unknown): ParsedArticle {
  if (!isObject(input))
    return { ok: false, faults: [{ pointer: '', detail: 'must be an object, an article' }] };
  const faults: Fault[][] = [];
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(FIELDS)) {
    const given = withoutNulls(input[name]);
    const result = schema.safeParse(given);
    if (!result.success) faults.push(faultsOf(name, result.error.issues, given));
    // A field without a value is left out, because a stored article lacks such fields and is compared with this one.
    else if (result.data !== undefined) values[name] = result.data;
  }
  faults.push(unknownFields(input));
  const body = values.content as z.output<typeof content> | undefined;
  const where = `/content/${body?.html === undefined ? 'markdown' : 'html'}`;
  const cleaned = body && cleanBody(body, values.url as string | undefined);
  if (cleaned && 'fault' in cleaned) faults.push([{ pointer: where, detail: cleaned.fault }]);
  if (faults.flat().length > 0 || !cleaned || 'fault' in cleaned) return { ok: false, faults: faults.flat() };

  const { id: parsedId, content: _, ...rest } = values as z.output<z.ZodObject<typeof FIELDS>>;
  const fields = { ...rest, tags: distinct(rest.tags), html: cleaned.html } as ArticleFields;
  const warnings = [
    ...illegalTextWarnings(input),
    ...(fields.audio && !podcastType(fields.audio)
      ? [{ pointer: '/audio', detail: `stays out of the podcast: ${PLAYED_RULE}` }]
      : []),
    ...cleaned.removed.map((detail) => ({ pointer: where, detail })),
  ];
  return { ok: true, id: parsedId, fields, warnings: listedWarnings(warnings, cleaned.removedOthers) };
}

/** Returns the body as clean HTML, or what is wrong with it. */
function cleanBody(
  { html, markdown = '' }: z.output<typeof content>,
  url: string | undefined,
): SanitisedHtml | { fault: string } {
  try {
    const cleaned = sanitiseHtml(html ?? htmlOfMarkdown(markdown), url);
    const [relative] = cleaned.relative;
    if (relative !== undefined) {
      const others = cleaned.relative.length > 1 ? ` and ${cleaned.relative.length - 1} more` : '';
      return {
        fault: `has relative URLs (${quoted(relative)}${others}): make them absolute, or give the article a url to resolve them against`,
      };
    }
    if (cleaned.html) return cleaned;
    const isEmptied = Boolean(html || markdown);
    return {
      fault: isEmptied ? 'is empty after everything that is not allowed was removed' : 'must not be empty',
    };
  } catch (error) {
    if (error instanceof BeyondLimit) return { fault: error.message };
    throw error;
  }
}

const UNKNOWN = `is not a field of an article; the fields are ${Object.keys(FIELDS).join(', ')}`;

function unknownFields(input: Record<string, unknown>): Fault[] {
  return Object.keys(input)
    .filter((name) => !Object.hasOwn(FIELDS, name) && !READ_ONLY_FIELDS.some((each) => each === name))
    .map((name) => ({ pointer: pointerOf([name]), detail: UNKNOWN }));
}

/** Returns the input that would make a stored article again. A merge patch is applied to this input. */
export function inputOf(article: Article): Record<string, unknown> {
  const {
    html,
    version,
    createdAt,
    updatedAt,
    publicAt,
    retractedAt,
    translations,
    dated,
    publishedAt,
    section,
    ...input
  } = article;
  return { ...input, ...(section && { section }), ...(dated && { publishedAt }), content: { html } };
}

function faultsOf(name: string, issues: z.core.$ZodIssue[], given: unknown): Fault[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: pointerOf([name, ...issue.path, key]),
        detail: 'is not a field here',
      }));
    }
    const missing = valueAt(given, issue.path) === undefined;
    return [
      {
        pointer: pointerOf([name, ...issue.path]),
        detail: missing ? `is missing: it ${issue.message}` : issue.message,
      },
    ];
  });
}

function illegalTextWarnings(input: Record<string, unknown>): Fault[] {
  const warnings: Fault[] = [];
  const visit = (value: unknown, path: string[]) => {
    if (typeof value === 'string') {
      const count = countIllegal(value);
      if (count > 0)
        warnings.push({
          pointer: pointerOf(path),
          detail: `removed ${count} ${count === 1 ? 'character' : 'characters'} that XML does not allow`,
        });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
    }
  };
  visit(input, []);
  return warnings;
}

function valueAt(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}

/**
 * Leaves out every field that is null, because systems that post null for a field mean that the field is absent. A null
 * that is a member of an array stays, and is refused when the field is checked.
 */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map((member) => (isObject(member) ? withoutNulls(member) : member));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null)
      .map(([k, v]) => [k, withoutNulls(v)]),
  );
}

function distinct(tags: string[]): string[] {
  return [...new Set(tags)];
}

function quoted(value: string): string {
  return `"${value.slice(0, 80)}"`;
}
