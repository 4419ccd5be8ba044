import { inLanguage, type Publication } from '../settings/publication.ts';
import { slugOf } from '../shared/slug.ts';

/** The name that the settings have for a section, else the editor's own. */
export function sectionName(publication: Publication, section: string, language: string | undefined): string {
  const known = publication.sections.find(({ slug }) => slug === slugOf(section));
  return known ? inLanguage(known.name, language, publication) : section;
}
