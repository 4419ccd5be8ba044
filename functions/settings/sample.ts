import { type Publication, SettingsError } from './publication.ts';

/**
 * The repository comes with the settings of a newspaper that does not exist. This file finds what is left of them in
 * the settings, so that no reader is mailed in the name of that newspaper.
 */

/** A setting that still has a value of the sample. `instead` says in words what belongs there. */
export type SamplePlace = { path: string; value: string; instead: string };

/** Each of these is looked for in every setting, with other words around it too. */
const MARKS = [
  'The Harbour Post',
  'El Correo del Puerto',
  'harbourpost.example',
  ', 12 Quay Street, Port City',
  'Lighthouse Books',
  'lighthousebooks.example',
];
/** Each of these is a whole setting of the sample. A publication may have such words inside longer texts of its own. */
const NAMES = ['The Morning Tide', 'La marea de la mañana', 'The Sunday Chart', 'La carta del domingo'];
const SPONSOR_TEXTS = [
  'Independent books on Quay Street since 1974. Readers of this letter get ten per cent off.',
  'Libros independientes en Quay Street desde 1974. Diez por ciento menos para quien lee esta carta.',
];
/** These say nothing that is wrong for another publication, so they are only warned about. */
const DESCRIPTIONS = [
  'News of the city and its harbour, in English and Spanish.',
  'Noticias de la ciudad y su puerto, en español y en inglés.',
  'Stories of the city and its harbour, read by the people who wrote them.',
  'Historias de la ciudad y su puerto, leídas por quienes las escribieron.',
  'The stories of the last day, at half past seven every morning.',
  'Las historias del último día, cada mañana a las siete y media.',
  'Culture and neighbourhoods, once a week, on Sunday at nine.',
  'Cultura y barrios, una vez por semana, el domingo a las nueve.',
];

/** What belongs into a setting, by its path. The first row that fits counts. */
const INSTEAD: [RegExp, string][] = [
  [/^name\./, 'the name of your publication'],
  [/^description\./, 'a sentence about your publication'],
  [/^idAuthority$/, 'a domain that you hold, a comma and the year, such as "paper.example,2026"'],
  [/^podcast\.owner\.email$/, 'the address at which Apple and Spotify reach you'],
  [/^podcast\.image$/, 'the https URL of the picture of your podcast'],
  [/^podcast\./, 'the words of your podcast'],
  [/\.description\./, 'a sentence about your newsletter'],
  [/\.name\./, 'the name of your newsletter'],
  [/\.from$/, 'the sender of your newsletter, at a domain that your mail provider has verified'],
  [/\.replyTo$/, 'an address at which somebody reads the answers of readers'],
  [/\.review\.editors\b/, 'the address of one of your editors'],
  [/\.postalAddress$/, 'the postal address of your publication'],
  [/\.sponsor\./, 'your own sponsor'],
];

/**
 * Returns the settings that still have a name, the domain, the postal address or the sponsor of the sample, and those
 * that still have one of its descriptions.
 */
export function sampleIn(publication: Publication): { places: SamplePlace[]; descriptions: SamplePlace[] } {
  const places: SamplePlace[] = [];
  const descriptions: SamplePlace[] = [];
  for (const [path, value] of textsIn(publication, '')) {
    const place = { path, value, instead: INSTEAD.find(([at]) => at.test(path))?.[1] ?? 'your own value' };
    if (isOfSample(value)) places.push(place);
    else if (isOneOf(DESCRIPTIONS, value)) descriptions.push(place);
  }
  return { places, descriptions };
}

/** Throws a SettingsError that lists every place. `why` says by what real readers can be reached. */
export function refuseSample(publication: Publication, why: string): void {
  const { places } = sampleIn(publication);
  if (places.length === 0) return;
  throw new SettingsError(
    `broadsheet.config.ts still has settings of the sample, and ${why}. Change these settings, or remove those that you do not need (podcast, sponsor, replyTo, review):\n${places
      .map((place) => `  ${inWords(place)}`)
      .join('\n')}`,
  );
}

/** Says in a line what is left of the sample at a place, and what belongs there. */
export function inWords({ path, value, instead }: SamplePlace): string {
  return `${path}: is ${JSON.stringify(value)}, as in the sample; put ${instead} here`;
}

/** Checks whether a text has a name, the domain, the postal address or the sponsor of the sample. */
export function isOfSample(value: string): boolean {
  const text = comparable(value);
  return (
    MARKS.some((mark) => text.includes(comparable(mark))) || isOneOf([...NAMES, ...SPONSOR_TEXTS], value)
  );
}

function isOneOf(texts: string[], value: string): boolean {
  return texts.some((text) => comparable(text) === comparable(value));
}

function comparable(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
}

/** Yields every text in the settings with its path. A member of a list is named by its id or slug if it has one. */
function* textsIn(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const name = Array.isArray(value) ? (member?.id ?? member?.slug ?? key) : key;
    yield* textsIn(member, path === '' ? name : `${path}.${name}`);
  }
}
