import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTemplates } from '../../functions/adapters/read-templates.ts';
import { parseSettings } from '../../functions/settings/publication.ts';
import { missingPhrases } from '../../functions/shared/locale.ts';
import { testConfig } from '../support/config.ts';
import { setUp } from '../support/installation.ts';
import { linkIn, postStory, sendNow } from '../support/newsroom.ts';

type Locales = Record<string, Record<string, string>>;

/** Returns a sentence for each fault of a locale file. The phrases of `en.json` are the ones that every file must have. */
function faultsOf({ en = {}, ...others }: Locales): string[] {
  const places = (phrase = '') => [...new Set(phrase.match(/\{\w+\}/g))].sort().join(' ') || 'none';
  return Object.entries(others).flatMap(([language, phrases]) => [
    ...Object.keys(en).flatMap((key) => (key in phrases ? [] : [`${language}.json lacks ${key}`])),
    ...Object.entries(phrases).flatMap(([key, phrase]) => {
      const at = `${language}.json, ${key}`;
      if (!(key in en)) return [`${at}: no such phrase in en.json`];
      if (phrase.trim() === '') return [`${at}: is empty`];
      if (places(phrase) === places(en[key])) return [];
      return [`${at}: has the places ${places(phrase)}; en.json has ${places(en[key])}`];
    }),
  ]);
}

it('every locale file has the phrases of en.json, with the same placeholders', () => {
  expect(faultsOf(readTemplates('templates').locales)).toEqual([]);
});

it('missingPhrases names languages with missing phrases or without a locale file, for a warning at start', () => {
  const { en = {}, es = {} } = readTemplates('templates').locales;
  const { 'mail.why': why, ...lacking } = es;
  expect(missingPhrases({ mjml: {}, locales: { en, es } }, ['en', 'es', 'es-MX'])).toEqual([]);
  expect(missingPhrases({ mjml: {}, locales: { en, es: lacking } }, ['en', 'es', 'fr'])).toEqual([
    'templates/locales/es.json lacks phrases, which are shown in English (1): mail.why',
    'templates/locales/fr.json does not exist; pages and mails in "fr" have English phrases',
  ]);
});

it('a missing phrase, an unknown phrase, an empty phrase and other placeholders are named with their file', () => {
  const en = { a: 'A', b: 'B {name} {count}', c: 'C', d: 'D' };
  expect(faultsOf({ en, fr: { a: 'A', b: 'B {nom}', d: ' ', e: 'E' } })).toEqual([
    'fr.json lacks c',
    'fr.json, b: has the places {nom}; en.json has {count} {name}',
    'fr.json, d: is empty',
    'fr.json, e: no such phrase in en.json',
  ]);
});

/** Returns templates with a `fr.json` and settings with French. Each French phrase begins and ends with §. */
function withFrench() {
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  cpSync('templates', folder, { recursive: true });
  const en = JSON.parse(readFileSync('templates/locales/en.json', 'utf8')) as Record<string, string>;
  const french = Object.fromEntries(
    Object.entries(en).map(([key, phrase]) => [
      key,
      key === 'page.language' ? 'fr' : `§${wordless(phrase)}§`,
    ]),
  );
  writeFileSync(join(folder, 'locales', 'fr.json'), JSON.stringify(french));
  const templates = readTemplates(folder);
  rmSync(folder, { recursive: true });
  return { templates, publication: inFrench() };
}

/** Replaces the words of a phrase, but not its placeholders. If English is then left on a page, it does not come from a phrase. */
function wordless(phrase: string): string {
  return phrase.replace(/\{\w+\}|\p{L}+/gu, (part) => (part.startsWith('{') ? part : 'mot'));
}

/** Returns the settings of the tests, with a French text beside every text that is in English and Spanish. */
function inFrench() {
  const add = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(add);
    if (typeof value !== 'object' || value === null) return value;
    if ('en' in value && 'es' in value) return { ...value, fr: '§' };
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, add(each)]));
  };
  const { languages, editions, ...settings } = add(testConfig().publication) as ReturnType<
    typeof parseSettings
  >;
  return parseSettings({
    ...settings,
    languages: [...languages, 'fr'],
    editions: editions.map((edition) => ({ ...edition, languages: [...edition.languages, 'fr'] })),
  });
}

/** Returns the pieces of English phrases that a text contains. A piece counts if it has more than 7 characters, to rule out chance. */
function englishIn(text: string): string[] {
  const { en = {} } = readTemplates('templates').locales;
  const pieces = Object.values(en).flatMap((phrase) => phrase.split(/\{\w+\}/));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece.length > 7 && text.includes(piece));
}

it('a language that has a locale file and is in the settings is used on every page and in every mail of a reader', async () => {
  const { templates, publication } = withFrench();
  const world = await setUp({ templates, config: { publication } });
  const spoken: [what: string, text: string][] = [];
  const visit = async (what: string, path: string, body?: unknown) => {
    const headers = { 'accept-language': 'fr' };
    const answer = await world.request(
      path,
      body === undefined ? { headers } : { method: 'POST', headers, body },
    );
    const text = await answer.text();
    expect(text, what).toContain('<html lang="fr"');
    spoken.push([what, text]);
  };
  const mailed = async (path: string): Promise<string> => {
    await world.queue.drain();
    const mail = world.mails.at(-1);
    expect(mail?.html).toContain('lang="fr"');
    spoken.push([mail?.subject ?? '', `${mail?.subject} ${mail?.html} ${mail?.text}`]);
    return linkIn(mail?.text, path);
  };
  await visit('subscribe', '/subscribe');
  const reader = { email: 'ana@reader.example', language: 'fr' };
  await world.request('/subscriptions', { method: 'POST', body: { ...reader, editions: ['daily'] } });
  const confirm = await mailed('/subscriptions/confirm');
  await visit('confirm', confirm);
  await visit('confirmed', confirm, '');
  await postStory(world, {
    language: 'fr',
    title: 'Titre',
    summary: 'Chapeau.',
    content: { html: '<p>Texte.</p>' },
  });
  await sendNow(world, 'first');
  const manage = await mailed('/subscriptions/manage');
  await visit('manage', manage);
  await visit('erase', manage.replace('manage', 'erase'));
  await visit('unsubscribe', linkIn(world.mails.at(-1)?.text, '/unsubscribe'));
  await world.request('/subscriptions/link', { method: 'POST', body: { email: reader.email } });
  await mailed('/subscriptions/manage');
  const address = manage.replace('manage', 'manage/address');
  await world.request(address, { method: 'POST', body: { email: 'ana@newhome.example' } });
  const change = await mailed('/subscriptions/address');
  await visit('address', change);
  await visit('changed', change, '');
  await mailed('/subscriptions/manage');
  await visit('erased', manage.replace('manage', 'erase'), '');
  await visit('gone', manage);
  expect(spoken).toHaveLength(15);
  for (const [what, text] of spoken) {
    expect(text, what).toContain('§');
    expect(englishIn(text), what).toEqual([]);
  }
});

it('an added language is also used in test mails, welcome mails and drafts, and on the page behind a draft', async () => {
  const { templates, publication } = withFrench();
  const editor = 'bureau@paper.example';
  for (const edition of publication.editions) {
    edition.welcome = true;
    edition.review = { editors: [editor], minutesBefore: 30, otherwise: 'hold' };
  }
  const world = await setUp({ templates, config: { publication } });
  const story = { language: 'fr', title: 'Titre', summary: 'Chapeau.', content: { html: '<p>Texte.</p>' } };
  await postStory(world, story);
  await sendNow(world, 'first');
  await postStory(world, story);
  const reader = { email: 'ana@reader.example', language: 'fr', editions: ['daily'] };
  await world.request('/subscriptions', { method: 'POST', body: reader });
  await world.queue.drain();
  const confirm = linkIn(world.mails.at(-1)?.text, '/subscriptions/confirm');
  await world.request(confirm, { method: 'POST' });
  const test = { to: [editor], language: 'fr' };
  expect((await world.edit('POST', '/api/editions/daily/test', test)).status).toBe(202);
  await world.tick();
  world.pass(60_000);
  await world.tick();
  await world.queue.drain();

  const kinds = ['welcome', 'proof', 'draft'];
  const mails = kinds.map((kind) => world.mails.filter(({ key }) => key.startsWith(`${kind}/`)));
  expect(mails.map(({ length }) => length)).toEqual([1, 1, 1]);
  for (const { subject } of mails.flat()) expect(subject).toMatch(/^§/);
  const spoken = mails.flat().map(({ subject, html, text }, at) => [kinds[at], `${subject} ${html} ${text}`]);
  const [draft] = mails[2] ?? [];
  const decision = linkIn(draft?.text, '/issues/review');
  for (const method of ['GET', 'POST'])
    spoken.push([`${method} of the draft`, await (await world.request(decision, { method })).text()]);
  for (const [what, text = ''] of spoken) {
    expect(text, what).toMatch(/<html[^>]* lang="fr"/);
    expect(text, what).toContain('§');
    expect(englishIn(text), what).toEqual([]);
  }
});
