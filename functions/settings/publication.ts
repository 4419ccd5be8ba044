import * as z from 'zod';
import { slugOf } from '../shared/text.ts';
import { httpsPicture, languageTag, localised, picture, slug, wholeNumber } from './allowed-values.ts';
import { edition } from './edition.ts';
import { PODCAST_TEXTS, podcast } from './podcast.ts';

/**
 * The shape of `broadsheet.config.ts` and its check at start. Every message says what is allowed, because the person
 * who has just edited the file reads it.
 */

/** Says whether a feed has the whole text of its stories or only their summaries. */
const content = z.enum(['full', 'summary'], {
  message: 'must be "full" for the text of the stories, or "summary" for their deks',
});
const LANGUAGE_FOLDER = '(?:/[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)?';
const SLUG = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{N}\\p{M}]+(?:-[\\p{Ll}\\p{Lm}\\p{Lo}\\p{N}\\p{M}]+)*';
/** The folder of a feed in its address. Letters of other scripts are written as they are and not percent-encoded. */
const FEED_FOLDER = new RegExp(
  `^(?:${LANGUAGE_FOLDER}/(?:podcast\\.xml|sections/${SLUG}/)?|/(?:tags|authors)/${SLUG}/)$`,
  'u',
);
const feeds = z
  .strictObject({
    /** The number of articles in a feed document to which feed readers subscribe. */
    entries: wholeNumber(1, 100),
    maxAgeMinutes: wholeNumber(5, 60),
    content: content.default('full'),
    /** Overrides `content` for single feeds and their archives. The keys are the folders of the feeds. */
    contentByFeed: z.record(z.string(), content).default({}),
  })
  .superRefine(({ contentByFeed }, context) => {
    for (const folder of Object.keys(contentByFeed)) {
      if (FEED_FOLDER.test(folder)) continue;
      context.addIssue({
        code: 'custom',
        path: ['contentByFeed', folder],
        message:
          'does not name a feed: it must be a folder such as "/", "/en/", "/sections/politics/", "/en/sections/politics/", "/tags/ferries/" or "/authors/ana-ruiz/", or a podcast, "/podcast.xml" or "/en/podcast.xml"',
      });
    }
  });

const publication = z
  .strictObject({
    name: localised(100),
    description: localised(300),
    /**
     * A domain that you hold, a comma, and a date on which you held it (RFC 4151). It begins the id of every article.
     */
    idAuthority: z.string().regex(/^[a-z0-9.-]+,\d{4}(?:-\d{2}(?:-\d{2})?)?$/, {
      message: 'must be a domain and a date, such as "paper.example,2026" (RFC 4151)',
    }),
    languages: z.array(languageTag).min(1, { message: 'must name at least one language' }),
    sections: z.array(z.strictObject({ slug, name: localised(100) })),
    feeds,
    /** A reader may join all editions in one transaction, and DynamoDB allows 100 items in a transaction. */
    editions: z.array(edition).max(40, { message: 'must be at most 40' }),
    mail: z.strictObject({
      /** The requests that the mail provider allows the account in a second. */
      requestsPerSecond: wholeNumber(1, 1000),
      /**
       * A picture that takes the place of the publication's name at the head of mails, with its size in pixels. The
       * picture needs a background, because some mail programs make the space around it dark.
       */
      logo: z
        .strictObject({ url: httpsPicture, width: wholeNumber(44, 600), height: wholeNumber(20, 200) })
        .optional(),
    }),
    /** The picture of the publication in feeds: a GIF, JPEG or PNG. */
    logo: picture.optional(),
    /** A square picture of at least 64 pixels a side. */
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

/** The settings as `broadsheet.config.ts` has them. */
export type PublicationSettings = z.input<typeof publication>;
/** The settings after the check, with every default filled in. */
export type Publication = z.output<typeof publication>;
export type EditionSettings = Publication['editions'][number];
export type { Placeholder } from './edition.ts';

/** The settings cannot be used. The message has a line for each fault, with its path and what is allowed. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/** Checks the settings of a publication. Throws a SettingsError that names every fault. */
export function parseSettings(settings: unknown): Publication {
  const result = publication.safeParse(settings);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${pathOf(issue.path)}: ${issue.message}`);
  throw new SettingsError(`broadsheet.config.ts cannot be used:\n${lines.join('\n')}`);
}

/** Returns the edition with this id, or undefined if the settings have no such edition. */
export function editionOf({ editions }: Publication, id: string): EditionSettings | undefined {
  return editions.find((edition) => edition.id === id);
}

/** Returns a text of the settings in a language, or in the publication's first language if it lacks that one. */
export function inLanguage(
  texts: Record<string, string>,
  language: string | undefined,
  publication: Publication,
): string {
  return texts[language ?? ''] ?? texts[publication.languages[0] ?? ''] ?? '';
}

/**
 * Returns the language whose feeds an article belongs to: the language of the publication that fits best (RFC 4647,
 * section 3.4: `en-GB` falls back to `en`). If none fits, it is the language of the article without its region. So a
 * single story in Portuguese has a feed too. `tag` is a canonical tag (BCP 47).
 */
export function publicationLanguage(tag: string, languages: string[]): string {
  const parts = tag.split('-');
  for (let length = parts.length; length > 0; length--) {
    const candidate = parts.slice(0, length).join('-');
    if (languages.includes(candidate)) return candidate;
  }
  return (parts[0] ?? tag).toLowerCase();
}

/**
 * Returns the name of a section in the settings, or the name that the editor wrote if the settings lack the section.
 */
export function sectionName(publication: Publication, section: string, language: string | undefined): string {
  const known = publication.sections.find(({ slug }) => slug === slugOf(section));
  return known ? inLanguage(known.name, language, publication) : section;
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
