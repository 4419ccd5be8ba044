import type { PublicationSettings } from '../../functions/settings/publication.ts';

/**
 * A publication without a podcast that has no language, section, edition or hour in common with the tests' first one.
 */
export default {
  name: { fr: 'La Gazette des Vallons', de: 'Talbote' },
  description: { fr: 'Les nouvelles des vallons.', de: 'Neues aus den Tälern.' },
  idAuthority: 'gazette.example,2021',
  languages: ['fr', 'de'],
  sections: [
    { slug: 'montagne', name: { fr: 'Montagne', de: 'Berge' } },
    { slug: 'gemeinde', name: { fr: 'Communes', de: 'Gemeinde' } },
  ],
  feeds: { entries: 20, maxAgeMinutes: 15, content: 'summary' },
  editions: [
    {
      id: 'soir',
      name: { fr: 'Le Soir', de: 'Der Abend' },
      description: { fr: 'Chaque soir à six heures.', de: 'Jeden Abend um sechs.' },
      cron: '0 18 * * 1-5',
      timeZone: 'Europe/Zurich',
      languages: ['fr', 'de'],
      filter: { sections: ['montagne'] },
      stories: { min: 2, max: 5 },
      from: 'La Gazette <soir@gazette.example>',
      postalAddress: 'La Gazette des Vallons, rue du Moulin 4, 1860 Aigle, Suisse',
    },
  ],
  mail: { requestsPerSecond: 10 },
} satisfies PublicationSettings;
