import type { PublicationSettings } from './functions/settings/publication.ts';

/**
 * The settings of the publication: its name, its languages, its sections and its newsletters.
 * They are checked at every start and before every deployment. The error for a wrong value names the path of the value.
 * Secrets and addresses of servers do not belong here. They come from the environment (see the README).
 */
export default {
  name: { en: 'The Harbour Post', es: 'El Correo del Puerto' },
  description: {
    en: 'News of the city and its harbour, in English and Spanish.',
    es: 'Noticias de la ciudad y su puerto, en español y en inglés.',
  },
  // This is a part of the permanent id of every article (a tag URI, RFC 4151). Never change it after the first article.
  idAuthority: 'harbourpost.example,2026',
  // The first language is the default.
  languages: ['en', 'es'],
  sections: [
    { slug: 'politics', name: { en: 'Politics', es: 'Política' } },
    { slug: 'harbour', name: { en: 'Harbour', es: 'Puerto' } },
    { slug: 'neighbourhoods', name: { en: 'Neighbourhoods', es: 'Barrios' } },
    { slug: 'culture', name: { en: 'Culture', es: 'Cultura' } },
    { slug: 'business', name: { en: 'Business', es: 'Economía' } },
  ],
  // Feeds contain the full text of stories. With `content: 'summary'` they only have the `summary` of each story, and with
  // `contentByFeed: { '/tags/ferries/': 'summary' }` only the named feeds do.
  feeds: { entries: 50, maxAgeMinutes: 5 },
  // The podcast has the stories with an audio version. Apple and Spotify ask for these fields. Without `podcast` there is no
  // /podcast.xml.
  podcast: {
    title: { en: 'The Harbour Post, read aloud', es: 'El Correo del Puerto, en voz alta' },
    description: {
      en: 'Stories of the city and its harbour, read by the people who wrote them.',
      es: 'Historias de la ciudad y su puerto, leídas por quienes las escribieron.',
    },
    owner: { name: 'The Harbour Post', email: 'podcast@harbourpost.example' },
    // A square picture with sides of 1400 to 3000 pixels.
    image: 'https://harbourpost.example/podcast.png',
    category: 'News',
    subcategory: 'Daily News',
    explicit: false,
    copyright: { en: '© The Harbour Post', es: '© El Correo del Puerto' },
  },
  editions: [
    {
      id: 'daily',
      name: { en: 'The Morning Tide', es: 'La marea de la mañana' },
      description: {
        en: 'The stories of the last day, at half past seven every morning.',
        es: 'Las historias del último día, cada mañana a las siete y media.',
      },
      cron: '30 7 * * *',
      timeZone: 'America/New_York',
      languages: ['en', 'es'],
      filter: {},
      stories: { min: 1, max: 12 },
      // With this line, editors get each issue as a draft an hour before, and can hold it:
      // review: { editors: ['desk@harbourpost.example'], minutesBefore: 60 },
      from: 'The Harbour Post <morning@harbourpost.example>',
      replyTo: 'newsroom@harbourpost.example',
      postalAddress: 'The Harbour Post, 12 Quay Street, Port City, NY 10001, USA',
      sponsor: {
        name: 'Lighthouse Books',
        text: {
          en: 'Independent books on Quay Street since 1974. Readers of this letter get ten per cent off.',
          es: 'Libros independientes en Quay Street desde 1974. Diez por ciento menos para quien lee esta carta.',
        },
        url: 'https://lighthousebooks.example/',
      },
    },
    {
      id: 'weekly',
      name: { en: 'The Sunday Chart', es: 'La carta del domingo' },
      description: {
        en: 'Culture and neighbourhoods, once a week, on Sunday at nine.',
        es: 'Cultura y barrios, una vez por semana, el domingo a las nueve.',
      },
      cron: '0 9 * * 0',
      timeZone: 'America/New_York',
      languages: ['en', 'es'],
      filter: { sections: ['culture', 'neighbourhoods'] },
      // `layout: 'sections'` groups the stories under the names of their sections. The subject of a mail is its first headline,
      // unless there is a `subject: { en: '{edition}: {lead}', es: '{edition}: {lead}' }`.
      stories: { min: 3, max: 20 },
      from: 'The Harbour Post <sunday@harbourpost.example>',
      replyTo: 'newsroom@harbourpost.example',
      postalAddress: 'The Harbour Post, 12 Quay Street, Port City, NY 10001, USA',
    },
  ],
  mail: { requestsPerSecond: 2 },
} satisfies PublicationSettings;
