import { describe, expect, test } from 'vitest';
import { type PublicationSettings, parseSettings } from '../../functions/settings/publication.ts';
import { refuseSample, sampleIn } from '../../functions/settings/sample.ts';
import { wayToReaders, whyNoSamples } from '../../functions/start/real-readers.ts';
import { testConfig } from '../support/config.ts';
import settings from '../support/publication.ts';

const [daily, weekly] = settings.editions;
const withDaily = (change: object) => ({ editions: [{ ...daily, ...change }, weekly] });
const parsed = (change: object) => parseSettings({ ...settings, ...change } as PublicationSettings);

test('settings with nothing of the sample are not refused', () => {
  expect(sampleIn(parsed({}))).toEqual({ places: [], descriptions: [] });
  expect(refuseSample(parsed({}), 'it is so')).toBeUndefined();
});

test.each<[path: string, change: object, instead: string]>([
  ['name.en', { name: { en: 'The Harbour Post', es: 'x' } }, 'put the name of your publication here'],
  ['name.es', { name: { en: 'x', es: 'el correo  del puerto' } }, 'put the name of your publication here'],
  ['idAuthority', { idAuthority: 'harbourpost.example,2026' }, 'put a domain that you hold, a comma and'],
  [
    'podcast.copyright.es',
    { podcast: { ...settings.podcast, copyright: { en: 'x', es: '© El Correo del Puerto' } } },
    'put the words of your podcast here',
  ],
  [
    'podcast.owner.email',
    { podcast: { ...settings.podcast, owner: { name: 'x', email: 'podcast@HarbourPost.example' } } },
    'put the address at which Apple and Spotify reach you here',
  ],
  ['logo', { logo: 'https://harbourpost.example/logo.png' }, 'put your own value here'],
  [
    'mail.logo.url',
    {
      mail: { ...settings.mail, logo: { url: 'https://harbourpost.example/l.png', width: 100, height: 50 } },
    },
    'put your own value here',
  ],
  [
    'sections.harbour.name.en',
    { sections: [{ slug: 'harbour', name: { en: 'The Harbour Post', es: 'x' } }] },
    '',
  ],
  [
    'editions.daily.name.en',
    withDaily({ name: { en: 'The Morning Tide', es: 'x' } }),
    'name of your newsletter',
  ],
  [
    'editions.daily.from',
    withDaily({ from: 'The Harbour Post <news@own.example>' }),
    'the sender of your newsletter',
  ],
  [
    'editions.daily.from',
    withDaily({ from: 'News <news@mail.harbourpost.example>' }),
    'that your mail provider has',
  ],
  [
    'editions.daily.replyTo',
    withDaily({ replyTo: 'newsroom@harbourpost.example' }),
    'the answers of readers',
  ],
  [
    'editions.daily.review.editors.1',
    withDaily({ review: { editors: ['a@own.example', 'desk@harbourpost.example'], minutesBefore: 60 } }),
    'the address of one of your editors',
  ],
  [
    'editions.daily.postalAddress',
    withDaily({ postalAddress: 'Our Paper, 12 Quay Street, Port City' }),
    'the postal address of your publication',
  ],
  [
    'editions.daily.sponsor.name',
    withDaily({ sponsor: { ...daily?.sponsor, name: 'Lighthouse Books' } }),
    'your own sponsor',
  ],
  [
    'editions.daily.sponsor.url',
    withDaily({ sponsor: { ...daily?.sponsor, url: 'https://www.lighthousebooks.example/' } }),
    'your own sponsor',
  ],
  [
    'editions.daily.subject.en',
    withDaily({ subject: { en: 'The Harbour Post: {lead}', es: '{lead}' } }),
    'put your own value here',
  ],
])('the sample is found at %s, and the message says what belongs there', (path, change, instead) => {
  const publication = parsed({ ...change, ...('sections' in change && { editions: [] }) });
  expect(sampleIn(publication).places.map((place) => place.path)).toEqual([path]);
  const refusal = () => refuseSample(publication, 'RESEND_API_KEY is set');
  expect(refusal).toThrow(`\n  ${path}: is "`);
  expect(refusal).toThrow(instead);
  expect(refusal).toThrow('RESEND_API_KEY is set');
});

test('every place is in one message', () => {
  const publication = parsed({ name: { en: 'The Harbour Post', es: 'El Correo del Puerto' } });
  const message = () => refuseSample(publication, 'it is so');
  expect(message).toThrow(/\n {2}name\.en: .*\n {2}name\.es: /);
});

test('a description of the sample is told apart, because it need not be wrong', () => {
  const description = { en: 'News of the city and its harbour, in English and Spanish.', es: 'x' };
  const { places, descriptions } = sampleIn(parsed({ description }));
  expect([places, descriptions.map(({ path }) => path)]).toEqual([[], ['description.en']]);
});

describe('real readers can be reached', () => {
  const LOCAL = { RESEND_BASE_URL: 'http://localhost:9' };
  test.each<[env: Record<string, string>, way: string | undefined, why: string | undefined]>([
    [{}, undefined, undefined],
    [{ RESEND_API_KEY: 're_1' }, 'RESEND_API_KEY is set', 'RESEND_API_KEY is set'],
    [{ RESEND_API_KEY: 're_1', ...LOCAL }, undefined, 'RESEND_API_KEY is set'],
    [LOCAL, undefined, undefined],
    [
      { RESEND_BASE_URL: 'https://mail.example' },
      'RESEND_BASE_URL is "https://mail.example"',
      'RESEND_BASE_URL',
    ],
    [
      { RESEND_API_KEY: 're_1', RESEND_BASE_URL: 'https://api.resend.com' },
      'RESEND_BASE_URL is "https://api.resend.com"',
      'RESEND_BASE_URL',
    ],
    [
      { BROADSHEET_URL: 'https://paper.example' },
      'BROADSHEET_URL is "https://paper.example"',
      'BROADSHEET_URL',
    ],
    [
      { BROADSHEET_URL: 'http://192.168.1.7:8787' },
      'BROADSHEET_URL is "http://192.168.1.7:8787"',
      'BROADSHEET_URL',
    ],
    [{ BROADSHEET_URL: 'http://localhost.example' }, 'BROADSHEET_URL', 'BROADSHEET_URL'],
    ...[
      'localhost',
      'LOCALHOST.',
      'paper.localhost',
      '127.0.0.1',
      '127.1.2.3',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ].map((host): [Record<string, string>, undefined, undefined] => [
      { BROADSHEET_URL: `http://${host}:8787` },
      undefined,
      undefined,
    ]),
  ])('with %j by: %s', (env, way, why) => {
    const found = [wayToReaders(testConfig(env)), whyNoSamples(testConfig(env))];
    expect(found).toEqual([way, why].map((words) => words && expect.stringContaining(words)));
  });
});
