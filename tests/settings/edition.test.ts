import { expect, test } from 'vitest';
import { parseSettings } from '../../functions/settings/publication.ts';
import settings from '../support/publication.ts';

const [daily] = settings.editions;

test.each<[path: string, change: object, allowed: string]>([
  ['filter.tags[0]', { filter: { tags: ['#'] } }, 'must have a letter or a digit'],
  ['filter.tags', { filter: { tags: [] } }, 'must name a tag, or be absent'],
  ['filter.sections', { filter: { sections: [] } }, 'must name a section, or be absent'],
  ['stories.mostRecent', { stories: { min: 1, max: 9, mostRecent: 21 } }, 'must be from 0 to 20'],
  ['id', { id: 'x'.repeat(64) }, 'must be at most 63 characters'],
  ['layout', { layout: 'grid' }, 'must be "list", or "sections"'],
  [
    'subject.en',
    { subject: { en: '{title} · {lead}', es: '{lead}' } },
    'has {title}, which is not known; allowed are {lead}, {edition}, {publication}, {date}, {count}, {section}',
  ],
  ['subject.en', { subject: { en: '{lead', es: '{lead}' } }, 'has a brace without a matching one'],
  ['subject.es', { subject: { en: '{lead}' } }, 'every language of the edition needs one (en, es)'],
  ['preheader.en', { preheader: { en: '', es: 'Hoy' } }, 'must not be empty'],
  ['preheader.en', { preheader: { en: 'x'.repeat(151), es: 'Hoy' } }, 'must be at most 150 characters'],
  [
    'sponsor.from',
    { sponsor: { ...daily?.sponsor, from: '22.11.2026' } },
    'must be a day, such as "2026-11-22"',
  ],
  [
    'sponsor.until',
    { sponsor: { ...daily?.sponsor, from: '2026-11-22', until: '2026-11-21' } },
    'must not be before sponsor.from',
  ],
  ['from', { from: 'El Correo <hola@espa ña.example>' }, 'must be an address, "news@paper.example"'],
  ['from', { from: 'El Correo <hola@%.example>' }, 'must have a domain after the @'],
  ['from', { from: 'news@paper,example' }, 'must have a domain after the @'],
  ['from', { from: 'news@localhost' }, 'must have a domain after the @'],
  ['from', { from: 'city,news@paper.example' }, 'no brackets, quotes, commas or spaces'],
  ['from', { from: 'A <a@paper.example>, B <b@paper.example>' }, 'and only one'],
  ['replyTo', { replyTo: 'a@paper.example, b@paper.example' }, 'and only one'],
  [
    'review.editors[1]',
    { review: { editors: ['a@paper.example', 'Desk: a@paper.example;'], minutesBefore: 60 } },
    'and only one',
  ],
  ['from', { from: 'El \u202eCorreo <hola@paper.example>' }, 'must not change the direction of text'],
  ['replyTo', { replyTo: 'El \u2067Correo <hola@paper.example>' }, 'must not change the direction of text'],
])('an edition with a wrong %s is refused with its path and what is allowed', (path, change, allowed) => {
  const parse = () => parseSettings({ ...settings, editions: [{ ...daily, ...change }] });
  expect(parse).toThrow(`  editions[0].${path}: `);
  expect(parse).toThrow(allowed);
});

test('an edition without the optional settings gets their default values', () => {
  const { layout: _, ...plain } = { layout: undefined, ...daily, stories: { min: 1, max: 12 } };
  const [edition] = parseSettings({ ...settings, editions: [plain] }).editions;
  expect(edition).toMatchObject({ layout: 'list', stories: { min: 1, max: 12, mostRecent: 0 } });
  expect(edition?.subject).toBeUndefined();
  expect(edition?.preheader).toBeUndefined();
});
