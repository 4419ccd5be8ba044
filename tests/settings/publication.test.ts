import { expect, test } from 'vitest';
import { parseSettings, SettingsError } from '../../functions/settings/publication.ts';
import settings from '../support/publication.ts';

/** Returns the message that a person gets whose settings are wrong. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

const daily = settings.editions[0];
const podcastWith = (change: object) => ({ podcast: { ...settings.podcast, ...change } });

test('settings without a fault are taken as they are', () => {
  expect(parseSettings(settings)).toMatchObject(settings);
});

test.each([
  ['name.es', { name: { en: 'Post' } }, 'every language of the publication needs one (en, es)'],
  ['name.en', { name: { en: '  ', es: 'x' } }, 'must not be empty'],
  ['description.en', { description: { en: 'x'.repeat(301), es: 'x' } }, 'at most 300'],
  ['name.en', { name: { en: 'a\nb', es: 'x' } }, 'one line'],
  ['idAuthority', { idAuthority: 'paper.example' }, 'RFC 4151'],
  ['languages', { languages: [] }, 'at least one language'],
  ['languages[1]', { languages: ['en', 'en'] }, 'repeats "en"'],
  ['languages[0]', { languages: ['EN'] }, 'BCP 47'],
  [
    'sections[0].slug',
    { sections: [{ slug: 'City Hall', name: { en: 'a', es: 'b' } }] },
    'lower-case letters',
  ],
  ['sections[0].name.es', { sections: [{ slug: 'a', name: { en: 'a' } }], editions: [] }, 'is missing'],
  ['feeds.entries', { feeds: { entries: 0, maxAgeMinutes: 5 } }, 'from 1 to 100'],
  ['feeds.maxAgeMinutes', { feeds: { entries: 10, maxAgeMinutes: 1 } }, 'from 5 to 60'],
  ['mail.requestsPerSecond', { mail: { requestsPerSecond: 0 } }, 'from 1 to 1000'],
  [
    'mail.logo.url',
    {
      mail: {
        requestsPerSecond: 2,
        logo: { url: 'http://paper.example/logo.png', width: 300, height: 60 },
      },
    },
    'pictures over https only',
  ],
  [
    'mail.logo.width',
    {
      mail: {
        requestsPerSecond: 2,
        logo: { url: 'https://paper.example/logo.png', width: 601, height: 60 },
      },
    },
    'from 44 to 600',
  ],
  ['logo', { logo: '/logo.png' }, 'absolute http or https URL'],
  ['logo', { logo: 'https://paper.example/logo.svg' }, 'GIF, JPEG or PNG'],
  ['favicon', { favicon: 'https://paper.example/favicon.ico' }, 'GIF, JPEG or PNG'],
  ['name.en', { name: { en: 'a\ufffe', es: 'x' } }, 'XML'],
  ['name.en', { name: { en: 'a\ud800', es: 'x' } }, 'XML'],
  [
    'feeds.content',
    { feeds: { ...settings.feeds, content: 'deks' } },
    '"full" for the text of the stories, or "summary"',
  ],
  ...[
    'en/',
    '/en',
    '/rss.xml',
    '/en/tags/x/',
    '/sections/City Hall/',
    '/tags/Ferries/',
    '/tags/',
    '/feed/',
    '/en/archive/',
  ].map(
    (folder) =>
      [
        `feeds.contentByFeed["${folder}"]`,
        { feeds: { ...settings.feeds, contentByFeed: { [folder]: 'summary' } } },
        'a folder such as "/", "/en/", "/sections/politics/"',
      ] as [string, object, string],
  ),
  [
    'feeds.contentByFeed["/en/"]',
    { feeds: { ...settings.feeds, contentByFeed: { '/en/': 'none' } } },
    '"full" for the text of the stories, or "summary"',
  ],
  [
    'podcast.title.es',
    podcastWith({ title: { en: 'a' } }),
    'every language of the publication needs one (en, es)',
  ],
  ['podcast.copyright.es', podcastWith({ copyright: { en: 'a' } }), 'is missing'],
  ['podcast.title.en', podcastWith({ title: { en: 'x'.repeat(256), es: 'x' } }), 'at most 255'],
  [
    'podcast.description.en',
    podcastWith({ description: { en: 'é'.repeat(2001), es: 'x' } }),
    'at most 4000 bytes',
  ],
  ['podcast.owner.email', podcastWith({ owner: { name: 'N', email: 'The Post' } }), 'an address'],
  ['podcast.owner.name', podcastWith({ owner: { email: 'a@b.example' } }), 'expected string'],
  ['podcast.image', podcastWith({ image: 'http://a.example/x.png' }), '1400 to 3000 pixels'],
  ['podcast.image', podcastWith({ image: 'https://a.example/x.svg' }), 'ends in .jpg, .jpeg or .png'],
  ['podcast.category', podcastWith({ category: 'Politics' }), "one of Apple's: Arts, Business"],
  ['podcast.category', podcastWith({ category: 'constructor' }), "one of Apple's"],
  ['podcast.subcategory', podcastWith({ subcategory: 'Physics' }), 'Daily News, Entertainment News'],
  ['podcast.subcategory', podcastWith({ category: 'Government' }), 'must be absent'],
  ['podcast.explicit', podcastWith({ explicit: 'no' }), 'must be true'],
  [
    'editions',
    { editions: Array.from({ length: 41 }, (_, n) => ({ ...daily, id: `e${n}` })) },
    'must be at most 40',
  ],
  ['editions[1].id', { editions: [daily, daily] }, 'repeats "daily"'],
  ['editions[0].cron', { editions: [{ ...daily, cron: '61 * * * *' }] }, 'five-field cron'],
  ['editions[0].cron', { editions: [{ ...daily, cron: '0 30 7 * * *' }] }, 'five-field cron'],
  ['editions[0].timeZone', { editions: [{ ...daily, timeZone: 'New York' }] }, 'IANA'],
  ['editions[0].timeZone', { editions: [{ ...daily, timeZone: '-05:00' }] }, 'IANA'],
  [
    'editions[0].languages[0]',
    { editions: [{ ...daily, languages: ['fr'] }] },
    'not a language of the publication (en, es)',
  ],
  [
    'editions[0].filter.sections[0]',
    { editions: [{ ...daily, filter: { sections: ['sport'] } }] },
    'not a section of the publication (politics',
  ],
  [
    'editions[0].stories.max',
    { editions: [{ ...daily, stories: { min: 5, max: 4 } }] },
    'at least stories.min',
  ],
  [
    'editions[0].review.editors',
    { editions: [{ ...daily, review: { editors: [], minutesBefore: 60 } }] },
    'at least one address',
  ],
  [
    'editions[0].review.minutesBefore',
    { editions: [{ ...daily, review: { editors: ['a@b.example'], minutesBefore: 1 } }] },
    'from 5 to 720',
  ],
  [
    'editions[0].review.otherwise',
    {
      editions: [{ ...daily, review: { editors: ['a@b.example'], minutesBefore: 60, otherwise: 'skip' } }],
    },
    'must be "send"',
  ],
  ['editions[0].from', { editions: [{ ...daily, from: 'The Post' }] }, 'an address'],
  ['editions[0].postalAddress', { editions: [{ ...daily, postalAddress: '' }] }, 'must not be empty'],
  [
    'editions[0].sponsor.url',
    { editions: [{ ...daily, sponsor: { ...daily?.sponsor, url: 'http://a.example/' } }] },
    'absolute https URL',
  ],
])('wrong settings are refused with their path and what is allowed: %s', (path, change, allowed) => {
  const message = refusal(() => parseSettings({ ...settings, ...change }));
  expect(message.split('\n').map((line) => line.split(': ')[0])).toContain(`  ${path}`);
  expect(message).toContain(allowed);
});

test.each([
  '/',
  '/en/',
  '/pt-BR/',
  '/sections/city-hall/',
  '/en/sections/a/',
  '/tags/政治/',
  '/authors/a-b/',
  '/podcast.xml',
  '/en/podcast.xml',
])('the feed %s may have its own content', (folder) => {
  const feeds = { ...settings.feeds, contentByFeed: { [folder]: 'summary' } };
  expect(parseSettings({ ...settings, feeds }).feeds).toMatchObject({
    content: 'full',
    contentByFeed: { [folder]: 'summary' },
  });
});

test('an unknown setting is named in the message', () => {
  expect(refusal(() => parseSettings({ ...settings, editon: [] }))).toContain('editon');
});

test('all faults are in one message', () => {
  const message = refusal(() =>
    parseSettings({ ...settings, idAuthority: 'x', feeds: { entries: 0, maxAgeMinutes: 0 } }),
  );
  expect(message.split('\n')).toHaveLength(4);
});
