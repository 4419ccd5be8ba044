import fc from 'fast-check';

/** Random sequences of what editors do and of what feed readers ask for. */

export type File = 'rss.xml' | 'atom.xml' | 'feed.json';

const folder = fc.constantFrom(
  '',
  '/en',
  '/es',
  '/sections/harbour',
  '/tags/a',
  '/tags/b',
  '/en/sections/harbour',
  // Most dates are in November. October is the month before it.
  '/archive/2026-11',
  '/tags/a/archive/2026-11',
  '/archive/2026-10',
);
const file = fc.constantFrom<File>('rss.xml', 'atom.xml', 'feed.json');
const encoding = fc.constantFrom('br', 'gzip', 'identity', 'gzip;q=0.5, *;q=0');
const validators = fc.constantFrom('tag', 'weak tag', 'all tags', 'date', 'tag and date', 'delta', 'none');
const id = fc.constantFrom('p', 'q', 'r', 's', 't', 'u');
const tags = fc.subarray(['a', 'b']);
/** The date of an article, in minutes from now. A date in the future is an embargo. */
const date = fc.constantFrom(-40_000, -9000, -600, -60, -5, 0, 0, 3, 30);

export const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      id,
      tags,
      date: fc.option(date),
      language: fc.constantFrom('en', 'es'),
      section: fc.constantFrom('harbour', 'culture'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('edit' as const), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tag' as const), id, tags }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), id, date }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unpublish' as const), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('retract' as const), id }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(1, 4, 40) }),
  },
  // `back` says how many answers ago the feed reader got the validators that it sends.
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('poll' as const),
      reader: fc.nat(4),
      back: fc.nat(3),
      validators,
      encoding,
    }),
  },
);
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

export const readers = fc.array(fc.record({ folder, file, last: validators, back: fc.nat(3) }), {
  minLength: 5,
  maxLength: 5,
});

export type Given = typeof readers extends fc.Arbitrary<(infer T)[]> ? T : never;

/** A fixed walk in which a feed reader of each format gets a delta, and each kind of validator is sent back once. */
export const EVERY_KIND: [Given[], Operation[]] = [
  [
    { folder: '', file: 'rss.xml', last: 'delta', back: 0 },
    { folder: '/tags/a', file: 'atom.xml', last: 'delta', back: 0 },
    { folder: '/en', file: 'feed.json', last: 'delta', back: 0 },
    { folder: '/sections/harbour', file: 'rss.xml', last: 'tag and date', back: 0 },
    { folder: '/archive/2026-11', file: 'atom.xml', last: 'weak tag', back: 0 },
  ],
  [
    ...(['p', 'q', 'r'] as const).map(
      (each): Operation => ({
        kind: 'put',
        id: each,
        tags: ['a'],
        date: -60,
        language: 'en',
        section: 'harbour',
      }),
    ),
    ...[0, 1, 2, 3, 4].map(
      (reader): Operation => ({ kind: 'poll', reader, back: 0, validators: 'none', encoding: 'br' }),
    ),
    { kind: 'edit', id: 'p' },
    { kind: 'poll', reader: 3, back: 0, validators: 'date', encoding: 'gzip' },
    { kind: 'poll', reader: 4, back: 0, validators: 'all tags', encoding: 'identity' },
    { kind: 'edit', id: 'r' },
  ],
];
