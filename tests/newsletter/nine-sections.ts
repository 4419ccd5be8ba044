import { withEditions } from '../support/editions.ts';

/** Settings with nine sections, and readers who chose them in every combination. */

export const SECTIONS = Array.from(
  'abcdefghi',
  (letter) => `${letter}-neighbourhoods-of-the-old-eastern-harbour`,
);

const EVERY_CHOICE = Array.from({ length: 2 ** SECTIONS.length - 1 }, (_, index) =>
  SECTIONS.filter((_, bit) => (index + 1) & (1 << bit)),
);
const ALL_BUT_ONE = SECTIONS.map((left) => SECTIONS.filter((section) => section !== left));

/**
 * The choices of the readers: every set of sections in English, and nine sets in Spanish, which leave out one section
 * each. The edition is only in English.
 */
export const CHOICES = [
  ...EVERY_CHOICE.map((topics) => ({ language: 'en', topics })),
  ...ALL_BUT_ONE.map((topics) => ({ language: 'es', topics })),
];

/** Returns settings with these sections and one edition, which is only in English. */
export function inNineSections() {
  const { publication } = withEditions({ languages: ['en'] });
  const sections = SECTIONS.map((slug) => ({ slug, name: { en: slug, es: slug } }));
  return { publication: { ...publication, sections } };
}
