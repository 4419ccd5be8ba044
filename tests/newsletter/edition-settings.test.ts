import { describe, expect, test } from 'vitest';
import type { EditionSettings } from '../../functions/settings/publication.ts';
import { sendIssue, withEditions } from '../support/editions.ts';
import { START, setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';

const DAY = 24 * 3_600_000;

async function newsroom(edition: Partial<EditionSettings>): Promise<World> {
  const world = await setUp({ config: withEditions(edition) });
  await storeReader(world, 'en@reader.example');
  await storeReader(world, 'es@reader.example', { language: 'es' });
  return world;
}
/** Sends an issue now, and returns the digest that the reader of a language gets. */
async function digest(world: World, language = 'en') {
  await sendIssue(world);
  const mail = world.mails.findLast(
    ({ to, key }) => to === `${language}@reader.example` && key.startsWith('issue/'),
  );
  if (!mail) throw new Error(`no digest in "${language}"`);
  return mail;
}
/** Returns what an inbox shows after the subject. */
const preheaderOf = (html: string) =>
  /<div[^>]*display:none[^>]*>\s*([^<]*)/.exec(html)?.[1]?.trim().replaceAll('&amp;', '&') ?? '';

describe('the subject of a digest', () => {
  test('is the subject in the settings of the edition, in each language and with its placeholders filled in', async () => {
    const world = await newsroom({
      subject: {
        en: '{lead} | {section} | {edition} | {publication} | {count} | {date}',
        es: '{date}: {count} de {publication}',
      },
    });
    await postStory(world, { title: 'The ferry returns', section: 'harbour' });
    await postStory(world, { language: 'es' });
    await postStory(world, { language: 'es' });
    expect((await digest(world)).subject).toBe(
      'The ferry returns | Harbour | First Light | The Lakeside Courier | 1 | Sunday, November 22, 2026',
    );
    expect(world.mails.findLast(({ to }) => to === 'es@reader.example')?.subject).toBe(
      'Domingo, 22 de noviembre de 2026: 2 de El Heraldo del Lago',
    );
  });

  test('has the name of the edition in place of a missing section, and fills in no placeholder that an editor typed', async () => {
    const world = await newsroom({ subject: { en: '{section}: {lead}', es: '{lead}' } });
    await postStory(world, {
      title: 'Why {count} and %%UNSUBSCRIBE_URL%%\r\nBcc: x@y.example',
      section: undefined,
    });
    expect((await digest(world)).subject).toBe(
      'First Light: Why {count} and %\u200b%UNSUBSCRIBE_URL%\u200b% Bcc: x@y.example',
    );
  });

  test('is cut after 150 characters', async () => {
    const world = await newsroom({ subject: { en: 'Today: {lead}', es: '{lead}' } });
    await postStory(world, { title: 'word '.repeat(100) });
    const { subject } = await digest(world);
    expect(subject).toMatch(/^Today: word .*word…$/);
    expect(subject.length).toBeLessThanOrEqual(150);
  });

  test('counts the headlines at the end of the mail too', async () => {
    const world = await newsroom({
      subject: { en: '{count} stories', es: '{count}' },
      stories: { min: 1, max: 2, mostRecent: 2 },
    });
    for (let n = 0; n < 5; n++) await postStory(world);
    expect((await digest(world)).subject).toBe('4 stories');
  });
});

describe('the preheader of a digest', () => {
  test('is the preheader in the settings of the edition, followed by a dek if it is short', async () => {
    const world = await newsroom({ preheader: { en: '{count} from {section}', es: '{lead}' } });
    await postStory(world, {
      section: 'harbour',
      summary: 'The first boat left at dawn with forty commuters.',
    });
    expect(preheaderOf((await digest(world)).html)).toBe(
      '1 from Harbour · The first boat left at dawn with forty commuters.',
    );
  });

  test('is never just the subject again, even if the settings say the same for both', async () => {
    const world = await newsroom({ preheader: { en: '{lead}', es: '{lead}' } });
    await postStory(world, { title: 'The ferry returns to the north pier after two years' });
    const { subject, html } = await digest(world);
    expect(preheaderOf(html)).not.toBe(subject);
    expect(preheaderOf(html).length).toBeGreaterThanOrEqual(40);
  });
});

describe('the layout of a digest', () => {
  /** Posts seven stories one after the other, and returns the digest that has them. */
  const digestOfSeven = async (world: World) => {
    for (const [n, section] of [
      'culture',
      'harbour',
      undefined,
      'Opinion',
      'culture',
      'politics',
    ].entries()) {
      world.pass(1000);
      await postStory(world, { id: `story-of-${n}`, section });
    }
    world.pass(1000);
    await postStory(world, { id: 'lead', section: 'harbour' });
    return digest(world);
  };
  const ids = (text: string) => [...text.matchAll(/\/articles\/([\w-]+)$/gm)].map(([, id]) => id);

  test('"sections" puts the stories after the lead under the names of their sections, in the order of the settings', async () => {
    const { text, html } = await digestOfSeven(await newsroom({ layout: 'sections' }));
    expect(ids(text)).toEqual([
      'lead',
      'story-of-2',
      'story-of-5',
      'story-of-1',
      'story-of-4',
      'story-of-0',
      'story-of-3',
    ]);
    const names = ['City Hall', 'Culture', 'Opinion'];
    for (const part of [text, html])
      expect(names.map((name) => part.match(new RegExp(`^\\s*${name}$|>${name}<`, 'gm'))?.length)).toEqual([
        1, 1, 1,
      ]);
  });

  test('"list" puts the stories one after the other, the newest first', async () => {
    const { text } = await digestOfSeven(await newsroom({ layout: 'list' }));
    expect(ids(text)).toEqual(['lead', ...[5, 4, 3, 2, 1, 0].map((n) => `story-of-${n}`)]);
    expect(text.match(/^Culture$/gm)).toHaveLength(2);
  });
});

describe('the sponsor of a digest', () => {
  const sponsor = {
    name: 'Mill Lane Bakery',
    text: { en: 'Books since 1974.', es: 'Libros desde 1974.' },
    url: 'https://millbakery.example/',
  };
  const at = (iso: string) => Date.parse(iso) - START;

  // In New York it is 23:30 on 22 November when it is 04:30 on 23 November in UTC.
  test.each([
    ['is not shown before its first day', { from: '2026-11-23' }, '2026-11-23T04:30:00Z', false],
    ['is shown from its first day on', { from: '2026-11-23' }, '2026-11-23T05:30:00Z', true],
    ['is shown until the end of its last day', { until: '2026-11-22' }, '2026-11-23T04:30:00Z', true],
    ['is not shown after its last day', { until: '2026-11-22' }, '2026-11-23T05:30:00Z', false],
    ['is always shown if it has no days', {}, '2027-11-23T05:30:00Z', true],
  ])('%s, by the local time of the edition', async (_, days, now, shown) => {
    const world = await newsroom({ sponsor: { ...sponsor, ...days } });
    world.pass(at(now));
    await postStory(world);
    const { html, text } = await digest(world);
    for (const part of [html, text]) expect(part.includes('Mill Lane Bakery')).toBe(shown);
  });

  test('is the sponsor of the day of the issue, even if the issue is sent a day later', async () => {
    const world = await newsroom({ sponsor: { ...sponsor, until: '2026-11-22' } });
    await postStory(world);
    const lossy = await setUp({ config: world.config, sharing: world, faults: { lose: () => true } });
    await lossy.tick();
    lossy.pass(30 * 60_000);
    await lossy.tick();
    world.pass(DAY);
    await world.sweep();
    await world.queue.drain();
    expect(world.mails.at(-1)?.text).toContain('Mill Lane Bakery');
  });
});
