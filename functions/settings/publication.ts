import * as z from 'zod';
import { slugOf } from '../shared/text.ts';
import { edition } from './edition.ts';
import { PODCAST_TEXTS, podcast } from './podcast.ts';
import { httpsPicture, languageTag, localised, picture, slug, wholeNumber } from './values.ts';

/**
 * The shape of `broadsheet.config.ts`, and the check of it at start.
 * Every message says what is allowed, since it is read by the person who has just edited the file.
 */

/** Whether a feed has the text of its stories, or their deks. */
const content = z.enum(['full', 'summary'], {
  message: 'must be "full", the text of the stories, or "summary", their deks',
});
const LANGUAGE_FOLDER = '(?:/[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)?';
const SLUG = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{N}\\p{M}]+(?:-[\\p{Ll}\\p{Lm}\\p{Lo}\\p{N}\\p{M}]+)*';
/** As addresses have them, with the letters of tags in other scripts as they are read. */
const FEED_FOLDER = new RegExp(
  `^(?:${LANGUAGE_FOLDER}/(?:podcast\\.xml|sections/${SLUG}/)?|/(?:tags|authors)/${SLUG}/)$`,
  'u',
);
const feeds = z
  .strictObject({
    /** Articles in a subscription document. */
    entries: wholeNumber(1, 100),
    maxAgeMinutes: wholeNumber(5, 60),
    content: content.default('full'),
    /** By the folder of a feed, where it is to differ from `content`; its archive goes with it. */
    contentByFeed: z.record(z.string(), content).default({}),
  })
  .superRefine(({ contentByFeed }, context) => {
    for (const folder of Object.keys(contentByFeed)) {
      if (FEED_FOLDER.test(folder)) continue;
      context.addIssue({
        code: 'custom',
        path: ['contentByFeed', folder],
        message:
          'is no feed: it must be a folder such as "/", "/en/", "/sections/politics/", "/en/sections/politics/", "/tags/ferries/" or "/authors/ana-ruiz/", or a podcast, "/podcast.xml" or "/en/podcast.xml"',
      });
    }
  });

const publication = z
  .strictObject({
    name: localised(100),
    description: localised(300),
    /** RFC 4151: a domain you hold, a comma, and a date on which you held it. */
    idAuthority: z.string().regex(/^[a-z0-9.-]+,\d{4}(?:-\d{2}(?:-\d{2})?)?$/, {
      message: 'must be a domain and a date, such as "paper.example,2026" (RFC 4151)',
    }),
    languages: z.array(languageTag).min(1, { message: 'must name at least one language' }),
    sections: z.array(z.strictObject({ slug, name: localised(100) })),
    feeds,
    /** A reader joins them all in one transaction, which takes 100 items. */
    editions: z.array(edition).max(40, { message: 'must be at most 40' }),
    mail: z.strictObject({
      /** What the mail provider lets an account send. */
      requestsPerSecond: wholeNumber(1, 1000),
      /**
       * The publication's name as a picture, shown in its place and at this size (pixels) at the head of mails. With a
       * background of its own: some mail programs turn what surrounds it dark.
       */
      logo: z
        .strictObject({ url: httpsPicture, width: wholeNumber(44, 600), height: wholeNumber(20, 200) })
        .optional(),
    }),
    /** A GIF, JPEG or PNG. */
    logo: picture.optional(),
    /** Square, of at least 64 pixels. */
    favicon: picture.optional(),
    podcast: podcast.optional(),
  })
  .superRefine((settings, context) => {
    const fault = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const known = settings.languages;
    const checkNames = (names: Record<string, string>, path: (string | number)[]) => {
      for (const language of known) {
        if (!names[language])
          fault(
            [...path, language],
            `is missing: every language of the publication needs one (${known.join(', ')})`,
          );
      }
    };
    const checkTemplates = (e: EditionSettings, at: number) => {
      for (const name of ['subject', 'preheader'] as const) {
        const templates = e[name];
        for (const language of templates ? e.languages : []) {
          if (!templates?.[language])
            fault(
              ['editions', at, name, language],
              `is missing: every language of the edition needs one (${e.languages.join(', ')})`,
            );
        }
      }
    };
    checkNames(settings.name, ['name']);
    checkNames(settings.description, ['description']);
    for (const text of settings.podcast ? PODCAST_TEXTS : [])
      checkNames(settings.podcast?.[text] ?? {}, ['podcast', text]);
    for (const [index, repeated] of repeats(known)) fault(['languages', index], `repeats "${repeated}"`);
    for (const [index, section] of settings.sections.entries())
      checkNames(section.name, ['sections', index, 'name']);
    for (const [index, repeated] of repeats(settings.sections.map((s) => s.slug)))
      fault(['sections', index, 'slug'], `repeats "${repeated}"`);
    for (const [index, repeated] of repeats(settings.editions.map((e) => e.id)))
      fault(['editions', index, 'id'], `repeats "${repeated}"`);
    const sectionSlugs = settings.sections.map((s) => s.slug);
    for (const [at, e] of settings.editions.entries()) {
      checkNames(e.name, ['editions', at, 'name']);
      checkNames(e.description, ['editions', at, 'description']);
      if (e.sponsor) checkNames(e.sponsor.text, ['editions', at, 'sponsor', 'text']);
      checkTemplates(e, at);
      for (const [i, language] of e.languages.entries()) {
        if (!known.includes(language))
          fault(
            ['editions', at, 'languages', i],
            `"${language}" is not a language of the publication (${known.join(', ')})`,
          );
      }
      for (const [i, section] of (e.filter.sections ?? []).entries()) {
        if (!sectionSlugs.includes(section))
          fault(
            ['editions', at, 'filter', 'sections', i],
            `"${section}" is not a section of the publication (${sectionSlugs.join(', ')})`,
          );
      }
    }
  });

/** What `broadsheet.config.ts` is written in. */
export type PublicationSettings = z.input<typeof publication>;
/** The same, checked. */
export type Publication = z.output<typeof publication>;
export type EditionSettings = Publication['editions'][number];
export type { Placeholder } from './edition.ts';

/** Settings that cannot be used. The message has one line a fault: its path, and what is allowed. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/** Checks the publication's settings. Throws SettingsError with every fault at once. */
export function parseSettings(settings: unknown): Publication {
  const result = publication.safeParse(settings);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${pathOf(issue.path)}: ${issue.message}`);
  throw new SettingsError(`broadsheet.config.ts cannot be used:\n${lines.join('\n')}`);
}

/** The edition with this id, if the settings have it. */
export function editionOf({ editions }: Publication, id: string): EditionSettings | undefined {
  return editions.find((edition) => edition.id === id);
}

/** A text of the settings in a language, or in the publication's first one. */
export function inLanguage(
  texts: Record<string, string>,
  language: string | undefined,
  publication: Publication,
): string {
  return texts[language ?? ''] ?? texts[publication.languages[0] ?? ''] ?? '';
}

function pathOf(path: PropertyKey[]): string {
  return (
    path
      .map((part) =>
        /^[\w-]*$/.test(String(part)) && typeof part !== 'number'
          ? `.${String(part)}`
          : `[${typeof part === 'number' ? part : JSON.stringify(part)}]`,
      )
      .join('')
      .replace(/^\./, '') || '(whole file)'
  );
}

function* repeats(list: string[]): Generator<[index: number, value: string]> {
  for (const [index, value] of list.entries()) if (list.indexOf(value) < index) yield [index, value];
}

/**
 * The language that an article counts for: the publication's own that fits best (RFC 4647, 3.4: `en-GB` falls back to
 * `en`), else the bare language, so that a guest story in Portuguese has a feed too. `tag` is canonical BCP 47.
 */
export function publicationLanguage(tag: string, languages: string[]): string {
  const parts = tag.split('-');
  for (let length = parts.length; length > 0; length--) {
    const candidate = parts.slice(0, length).join('-');
    if (languages.includes(candidate)) return candidate;
  }
  return (parts[0] ?? tag).toLowerCase();
}

/** The name that the settings have for a section, else the editor's own. */
export function sectionName(publication: Publication, section: string, language: string | undefined): string {
  const known = publication.sections.find(({ slug }) => slug === slugOf(section));
  return known ? inLanguage(known.name, language, publication) : section;
}
