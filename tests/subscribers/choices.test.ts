import { expect, it } from 'vitest';
import { testConfig } from '../support/config.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { addReader, dataOf, membersOf, postForm } from './reader.ts';

const DAY = 24 * 3600_000;
const ANA = 'ana@reader.example';
const kept = { 'editions[]': 'daily', language: 'en' };

async function reader(options: Parameters<typeof setUp>[0] = {}): Promise<{ world: World; manage: string }> {
  const world = await setUp(options);
  return { world, manage: await addReader(world, ANA) };
}

function withReaderHour() {
  const { publication } = testConfig();
  const editions = publication.editions.map((edition) => ({ ...edition, readerHour: true }));
  return { config: { publication: { ...publication, editions } } };
}

async function issuesThatCome(world: World, names: string[]): Promise<number> {
  const before = digestsTo(world, ANA).length;
  for (const name of names) {
    await postStory(world);
    await sendNow(world, name);
  }
  return digestsTo(world, ANA).length - before;
}

it('a pause of a week keeps issues from the reader until a midnight in the time zone of the newsroom', async () => {
  const { world, manage } = await reader();
  const page = await (await postForm(world, manage, { ...kept, pause: '1' })).text();
  expect(page).toContain('Paused until <time datetime="2026-11-29">Sunday, November 29, 2026</time>');
  // This is midnight in New York.
  expect((await dataOf(world, manage)).subscriber.pausedUntil).toBe('2026-11-29T05:00:00.000Z');
  expect(await issuesThatCome(world, ['first'])).toBe(0);
  world.pass(Date.parse('2026-11-29T04:59:00.000Z') - world.now());
  expect(await issuesThatCome(world, ['second'])).toBe(0);
  world.pass(60_000);
  expect(await issuesThatCome(world, ['third'])).toBe(1);
});

it('a pause ends with the first minute of the chosen day, also if the clocks skip midnight on that day', async () => {
  const { world, manage } = await reader();
  const body = { timeZone: 'Asia/Beirut', pausedUntil: '2027-03-28' };
  await world.request(manage, { method: 'POST', body });
  // In that time zone the clocks go from 23:59 (UTC+2) to 01:00 (UTC+3).
  expect((await dataOf(world, manage)).subscriber.pausedUntil).toBe('2027-03-27T22:00:00.000Z');
});

it('a pause that the form does not offer is refused, and nothing is saved', async () => {
  const { world, manage } = await reader();
  const answer = await postForm(world, manage, { language: 'es', pause: 'weeks2' });
  expect(answer.status).toBe(422);
  expect((await dataOf(world, manage)).subscriber.language).toBe('en');
});

it('a pause lasts to a day of the reader’s choice, stays when the form is saved again, and ends when the reader ends it', async () => {
  const { world, manage } = await reader();
  const until = { ...kept, pause: 'until', pausedUntil: '2026-12-24' };
  const page = await (await postForm(world, manage, until)).text();
  expect(page).toMatch(/<option value="until" selected>/);
  expect(page).toMatch(/type="date" min="2026-11-23" max="2027-11-23" value="2026-12-24"/);
  await postForm(world, manage, until);
  expect((await dataOf(world, manage)).consentLog.filter(({ what }) => what === 'preferences')).toHaveLength(
    1,
  );
  await postForm(world, manage, { ...kept, pause: 'no' });
  expect(await issuesThatCome(world, ['first'])).toBe(1);
  expect((await dataOf(world, manage)).consentLog.map(({ what, detail }) => [what, detail])).toEqual([
    ['confirmed', undefined],
    ['preferences', 'page, paused until 2026-12-24T05:00:00.000Z'],
    ['preferences', 'page, resumed'],
  ]);
});

it('a pause is refused if its day does not exist, is past or is too far away, and nothing is saved', async () => {
  const { world, manage } = await reader();
  for (const pausedUntil of ['2026-11-22', '2027-11-24', '2026-02-30', 'Christmas', '']) {
    const answer = await postForm(world, manage, { language: 'es', pause: 'until', pausedUntil });
    expect([pausedUntil, answer.status]).toEqual([pausedUntil, 422]);
    expect(await answer.text()).toContain('<a href="#pausedUntil">Choose a day from tomorrow on');
    const json = await world.request(manage, { method: 'POST', body: { pausedUntil } });
    expect([pausedUntil, json.status]).toEqual([pausedUntil, 422]);
    expect(await json.json()).toMatchObject({
      errors: [{ pointer: '/pausedUntil', detail: 'must be a day from 2026-11-23 to 2027-11-23, or null' }],
    });
  }
  expect(await membersOf(world, 'daily')).toMatchObject([{ language: 'en' }]);
});

it('a choice with several faults is refused with all of them at once, in JSON and in the form', async () => {
  const { world, manage } = await reader(withReaderHour());
  const wrong = { language: 'fr', timeZone: 'Europe/Atlantis', pausedUntil: 'Christmas' };
  const body = { ...wrong, editions: ['daily', 'hourly'], topics: ['sport'] };
  const json = await world.request(manage, { method: 'POST', body });
  const { errors } = (await json.json()) as { errors: { pointer: string; detail: string }[] };
  expect([json.status, ...errors.map(({ pointer }) => pointer)]).toEqual([
    ...[422, '/language', '/editions/1', '/topics/0', '/timeZone', '/pausedUntil'],
  ]);
  // The days are those of the reader's stored time zone, because the requested time zone does not exist.
  expect(errors.at(-1)?.detail).toBe('must be a day from 2026-11-23 to 2027-11-23, or null');
  const form = await postForm(world, manage, { ...wrong, 'editions[]': 'daily', pause: 'until' });
  const links = [...(await form.text()).matchAll(/<li><a href="#(\w+)">/g)].map(([, field]) => field);
  expect([form.status, ...links]).toEqual([422, 'language', 'timeZone', 'pausedUntil']);
  expect(await membersOf(world, 'daily')).toMatchObject([{ language: 'en' }]);
});

it('the pause of a reader ends when the reader signs up again', async () => {
  const { world, manage } = await reader();
  await world.request(manage, { method: 'POST', body: { pausedUntil: '2026-12-24' } });
  await subscribe(world, ANA, { editions: ['weekly'] });
  expect((await dataOf(world, manage)).subscriber.pausedUntil).toBeUndefined();
  expect(await issuesThatCome(world, ['first'])).toBe(1);
});

it('preferences in JSON change the fields that they name, and leave the other fields', async () => {
  const { world, manage } = await reader();
  const post = async (body: unknown) => (await world.request(manage, { method: 'POST', body })).json();
  expect(await post({ topics: ['culture', 'harbour', 'culture'], timeZone: 'europe/madrid' })).toEqual({
    email: ANA,
    language: 'en',
    editions: ['daily'],
    topics: ['culture', 'harbour'],
    timeZone: 'Europe/Madrid',
    pausedUntil: null,
  });
  // The pause ends at midnight in the reader's own time zone, which is known now.
  expect(await post({ pausedUntil: '2026-12-24' })).toMatchObject({
    topics: ['culture', 'harbour'],
    pausedUntil: '2026-12-23T23:00:00.000Z',
  });
  expect(await post({ timeZone: null, pausedUntil: null, editions: [] })).toMatchObject({
    editions: [],
    timeZone: null,
    pausedUntil: null,
  });
  expect(await membersOf(world, 'daily')).toEqual([]);
  expect((await dataOf(world, manage)).consentLog.at(-1)).toMatchObject({ what: 'left', editions: [] });
});

it('a time zone that does not exist is refused', async () => {
  const { world, manage } = await reader();
  for (const timeZone of ['Europe/Atlantis', '+02:00', 7]) {
    const answer = await world.request(manage, { method: 'POST', body: { timeZone } });
    expect(await answer.json()).toMatchObject({
      errors: [
        {
          pointer: '/timeZone',
          detail: 'must be a time zone of the IANA database, such as America/New_York',
        },
      ],
    });
  }
});

it('the form asks for a time zone if an edition comes at the reader’s hour, and issues are planned in that time zone', async () => {
  const { world, manage } = await reader(withReaderHour());
  const page = await (await world.request(manage)).text();
  expect(page).toContain('<option value="" selected>The newsroom’s (New York, Eastern Time)</option>');
  expect(page).toContain('<optgroup label="Pacific">');
  const saved = await postForm(world, manage, { ...kept, timeZone: 'Asia/Tokyo' });
  expect(await saved.text()).toContain(
    '<option value="Asia/Tokyo" selected>Tokyo (Japan Standard Time)</option>',
  );
  expect(await membersOf(world, 'daily')).toMatchObject([{ timeZone: 'Asia/Tokyo' }]);
  await postForm(world, manage, { ...kept, timeZone: '' });
  expect((await dataOf(world, manage)).subscriber.timeZone).toBeUndefined();
});

it('the form names time zones in the language of the page, and sends their ids', async () => {
  const { world, manage } = await reader(withReaderHour());
  const spanish = { ...kept, language: 'es', timeZone: 'Europe/Madrid' };
  const page = await (await postForm(world, manage, spanish)).text();
  for (const text of [
    '<option value="">La de la redacción (New York, hora oriental)</option>',
    '<optgroup label="África">',
    '<optgroup label="Océano Índico">',
    '<option value="Europe/Madrid" selected>Madrid (hora de Europa central)</option>',
    '<option value="America/Argentina/La_Rioja">Argentina, La Rioja (hora estándar de Argentina)</option>',
  ])
    expect(page).toContain(text);
  const zones = [...page.matchAll(/<option value="\w+\/[^>]*>([^<]*)</g)].map(([, text = '']) => text);
  expect(zones.length).toBeGreaterThan(400);
  expect(zones.filter((text) => !/^[^(]+ \(hora .+\)$/i.test(text))).toEqual([]);
  // The page in another language names them in that language, also on the same day.
  const english = await (await postForm(world, manage, { ...spanish, language: 'en' })).text();
  expect(english).toContain('<option value="Europe/Madrid" selected>Madrid (Central European Time)</option>');
});

it('if no edition comes at the reader’s hour, the form neither asks for a time zone nor forgets one', async () => {
  const world = await setUp();
  const manage = await addReader(world, ANA, { timeZone: 'America/Lima' });
  expect(await (await postForm(world, manage, kept)).text()).not.toContain('name="timeZone"');
  expect((await dataOf(world, manage)).subscriber.timeZone).toBe('America/Lima');
});

it('the consent log says in which way a reader left', async () => {
  const { world, manage } = await reader();
  await postStory(world);
  await sendNow(world, 'first');
  const header = digestsTo(world, ANA)[0]?.headers['List-Unsubscribe'] ?? '';
  const leave = header.slice('<https://paper.example'.length, -1);
  await postForm(world, leave, { 'List-Unsubscribe': 'One-Click' });
  await world.request(manage, { method: 'POST', body: { editions: ['daily', 'weekly'] } });
  world.pass(DAY);
  await postForm(world, leave, { scope: 'all' });
  const { consentLog } = await dataOf(world, manage);
  expect(consentLog.map(({ what, detail, editions }) => [what, detail, editions])).toEqual([
    ['confirmed', undefined, ['daily']],
    ['left', 'one-click, daily', []],
    ['preferences', 'json', ['daily', 'weekly']],
    ['left', 'page, all', []],
  ]);
});

it('a reader can save choices thirty times an hour, and can leave at any time', async () => {
  const { world, manage } = await reader();
  const save = (body: unknown) => world.request(manage, { method: 'POST', body });
  for (let change = 0; change < 30; change++)
    expect((await save({ topics: [change % 2 ? 'culture' : 'harbour'] })).status).toBe(200);
  const refused = await save({ topics: ['business'] });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600']);
  expect(await refused.json()).toMatchObject({
    detail: 'At most 30 changes an hour are saved for one reader. Try again in an hour.',
  });
  expect((await postForm(world, manage, { ...kept, topics: 'business' })).status).toBe(429);
  expect(await membersOf(world, 'daily')).toMatchObject([{ topics: ['culture'] }]);
  expect((await save({ editions: [] })).status).toBe(200);
  expect(await membersOf(world, 'daily')).toEqual([]);
  world.pass(3600_000);
  expect((await save({ editions: ['daily'] })).status).toBe(200);
});
