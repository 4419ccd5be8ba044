import { describe, expect, test } from 'vitest';
import settings from '../broadsheet.config.ts';
import { loadConfig, required } from '../functions/config.ts';
import { parseSettings, SettingsError } from '../functions/settings/publication.ts';
import { sha256 } from '../functions/shared/text.ts';

/** The message a person gets who has just set something wrong. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as Error).message;
  }
  throw new Error('it was not refused');
}

describe('the environment', () => {
  test('may be empty: everything has a default', () => {
    expect(loadConfig({})).toMatchObject({
      port: 8787,
      baseUrl: 'http://localhost:8787',
      dataFolder: '.broadsheet',
      tableName: 'broadsheet',
      ownerTokenHash: undefined,
      dynamoEndpoint: undefined,
      resend: undefined,
      samples: true,
      allowPrivateCallbacks: false,
    });
  });

  test('an empty variable is one that is not set', () => {
    const names = [
      'PORT',
      'BROADSHEET_URL',
      'BROADSHEET_DATA',
      'BROADSHEET_EDITOR_TOKEN',
      'AWS_ENDPOINT_URL_DYNAMODB',
      'RESEND_BASE_URL',
      'RESEND_API_KEY',
      'RESEND_WEBHOOK_SECRET',
      'BROADSHEET_SAMPLES',
      'BROADSHEET_ALLOW_PRIVATE_CALLBACKS',
    ];
    expect(loadConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(loadConfig({}));
  });

  test('is taken as it is set', () => {
    const config = loadConfig({
      PORT: '9000',
      BROADSHEET_URL: 'https://Feeds.Paper.example:8443/',
      BROADSHEET_DATA: '/var/lib/broadsheet',
      BROADSHEET_EDITOR_TOKEN: 'a-token-of-16-chars',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
      RESEND_API_KEY: 're_123',
      BROADSHEET_SAMPLES: 'off',
      BROADSHEET_ALLOW_PRIVATE_CALLBACKS: 'on',
    });
    expect(config).toMatchObject({
      port: 9000,
      baseUrl: 'https://feeds.paper.example:8443',
      dataFolder: '/var/lib/broadsheet',
      ownerTokenHash: sha256('a-token-of-16-chars'),
      dynamoEndpoint: 'http://127.0.0.1:8000',
      resend: { apiKey: 're_123' },
      samples: false,
      allowPrivateCallbacks: true,
    });
    expect(JSON.stringify(config)).not.toContain('a-token-of-16-chars');
  });

  test('the base URL follows the port', () => {
    expect(loadConfig({ PORT: '9000' }).baseUrl).toBe('http://localhost:9000');
  });

  test.each([
    ['PORT', 'http', 'a number from 1 to 65535'],
    ['PORT', '0', 'a number from 1 to 65535'],
    ['PORT', '65536', 'a number from 1 to 65535'],
    ['PORT', '80.5', 'a number from 1 to 65535'],
    ['BROADSHEET_URL', 'paper.example', 'an absolute http or https URL'],
    ['BROADSHEET_URL', 'ftp://paper.example', 'an absolute http or https URL'],
    ['BROADSHEET_URL', '/', 'an absolute http or https URL'],
    ...['/news', '/news/', '//', '/?a=1', '?', '/#a', '/.%2e/a'].map((rest) => [
      'BROADSHEET_URL',
      `https://paper.example${rest}`,
      'a host alone, with no path, query, fragment or user, such as "https://paper.example"',
    ]),
    ['BROADSHEET_URL', 'https://me:secret@paper.example:8443', 'such as "https://paper.example:8443"'],
    ['AWS_ENDPOINT_URL_DYNAMODB', 'localhost:8000', 'an absolute http or https URL'],
    ['RESEND_BASE_URL', 'api.resend.com', 'an absolute http or https URL'],
    ['BROADSHEET_EDITOR_TOKEN', 'x'.repeat(257), '1 to 256'],
    ['BROADSHEET_EDITOR_TOKEN', 'with spaces in the middle', '1 to 256'],
    ['BROADSHEET_SAMPLES', 'no', '"on" or "off"'],
    ['BROADSHEET_ALLOW_PRIVATE_CALLBACKS', 'true', '"on" or "off"'],
  ])('%s=%s is refused by its name, with what is allowed', (name, value, allowed) => {
    const message = refusal(() => loadConfig({ [name]: value }));
    expect(message).toContain(name);
    expect(message).toContain(allowed);
  });

  test('a refused token is not shown', () => {
    expect(refusal(() => loadConfig({ BROADSHEET_EDITOR_TOKEN: 'sec ret' }))).not.toContain('sec ret');
  });

  test('private callbacks are refused on Lambda', () => {
    const env = { BROADSHEET_ALLOW_PRIVATE_CALLBACKS: 'on', AWS_LAMBDA_FUNCTION_NAME: 'public' };
    expect(refusal(() => loadConfig(env))).toContain('BROADSHEET_ALLOW_PRIVATE_CALLBACKS');
  });

  test('a variable that must be set is named', () => {
    expect(required({ A: 'x' }, 'A')).toBe('x');
    expect(refusal(() => required({ A: '' }, 'A'))).toContain('A must be set');
  });
});

describe('broadsheet.config.ts', () => {
  const daily = settings.editions[0];
  const podcastWith = (change: object) => ({ podcast: { ...settings.podcast, ...change } });

  test('is accepted as it is', () =>
    expect(parseSettings(settings)).toMatchObject({ languages: ['en', 'es'] }));

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
      '"full", the text of the stories, or "summary"',
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
      '"full", the text of the stories, or "summary"',
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
    ['podcast.subcategory', podcastWith({ category: 'Government' }), 'must not be there'],
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
  ])('%s is refused by its path, with what is allowed', (path, change, allowed) => {
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

  test('what it does not know is named', () => {
    expect(refusal(() => parseSettings({ ...settings, editon: [] }))).toContain('editon');
  });

  test('every fault is told at once', () => {
    const message = refusal(() =>
      parseSettings({ ...settings, idAuthority: 'x', feeds: { entries: 0, maxAgeMinutes: 0 } }),
    );
    expect(message.split('\n')).toHaveLength(4);
  });
});
