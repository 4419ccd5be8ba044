import type { PublicationSettings } from '../../functions/settings/publication.ts';

/**
 * The publication of the tests and benchmarks. `broadsheet.config.ts` belongs to the people who run Broadsheet: they may
 * change every line of it, and no test may fail because of that.
 */
export default {
  name: { en: 'The Lakeside Courier', es: 'El Heraldo del Lago' },
  description: {
    en: 'What happens around the lake, in English and Spanish.',
    es: 'Lo que pasa alrededor del lago, en español y en inglés.',
  },
  idAuthority: 'lakesidecourier.example,2024-05',
  languages: ['en', 'es'],
  sections: [
    { slug: 'politics', name: { en: 'City Hall', es: 'Ayuntamiento' } },
    { slug: 'harbour', name: { en: 'Harbour', es: 'Puerto' } },
    { slug: 'neighbourhoods', name: { en: 'Neighbourhoods', es: 'Barrios' } },
    { slug: 'culture', name: { en: 'Culture', es: 'Cultura' } },
    { slug: 'business', name: { en: 'Money', es: 'Dinero' } },
  ],
  feeds: { entries: 50, maxAgeMinutes: 5 },
  podcast: {
    title: { en: 'The Courier to Listen to', es: 'El Heraldo para escuchar' },
    description: {
      en: 'Stories from around the lake, read by their authors.',
      es: 'Historias del lago, leídas por sus autores.',
    },
    owner: { name: 'Courier Audio', email: 'audio@lakesidecourier.example' },
    image: 'https://lakesidecourier.example/audio.png',
    category: 'News',
    subcategory: 'Daily News',
    explicit: false,
    copyright: { en: '© The Lakeside Courier', es: '© El Heraldo del Lago' },
  },
  editions: [
    {
      id: 'daily',
      name: { en: 'First Light', es: 'Primera luz' },
      description: {
        en: 'What is new since yesterday, every morning at half past seven.',
        es: 'Lo nuevo desde ayer, cada mañana a las siete y media.',
      },
      cron: '30 7 * * *',
      timeZone: 'America/New_York',
      languages: ['en', 'es'],
      filter: {},
      stories: { min: 1, max: 12 },
      from: 'The Lakeside Courier <first-light@lakesidecourier.example>',
      replyTo: 'desk@lakesidecourier.example',
      postalAddress: 'The Lakeside Courier, 3 Mill Lane, Lakeville, VT 05001, USA',
      sponsor: {
        name: 'Mill Lane Bakery',
        text: {
          en: 'Bread from a wood oven since 1931. Readers of this letter get their second loaf for half the price.',
          es: 'Pan de horno de leña desde 1931. Quien lee esta carta paga la mitad por el segundo pan.',
        },
        url: 'https://millbakery.example/',
      },
    },
    {
      id: 'weekly',
      name: { en: 'The Long Weekend', es: 'Fin de semana largo' },
      description: {
        en: 'Culture and neighbourhoods, every Sunday at nine.',
        es: 'Cultura y barrios, cada domingo a las nueve.',
      },
      cron: '0 9 * * 0',
      timeZone: 'America/New_York',
      languages: ['en', 'es'],
      filter: { sections: ['culture', 'neighbourhoods'] },
      stories: { min: 3, max: 20 },
      from: 'The Lakeside Courier <weekend@lakesidecourier.example>',
      replyTo: 'desk@lakesidecourier.example',
      postalAddress: 'The Lakeside Courier, 3 Mill Lane, Lakeville, VT 05001, USA',
    },
  ],
  mail: { requestsPerSecond: 2 },
} satisfies PublicationSettings;
