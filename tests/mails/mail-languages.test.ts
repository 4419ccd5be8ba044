import { expect, test } from 'vitest';
import { usePage } from '../browser/chromium.ts';
import { KINDS } from './every-mail.ts';
import { factsOf } from './mail-facts.ts';
import { aConfirmation, aDigest, publication, stories, templates } from './mails.ts';

const page = usePage();

/** Every English text of two sentences has one of these words, and none of them is a Spanish word. */
const ENGLISH =
  /(?<!\p{L})(?:the|and|of|from|with|for|your?|this|that|are|was|not|by|more|mail|newsletters?)(?!\p{L})/iu;

const spanish = {
  language: 'es',
  title: 'Vuelve el transbordador',
  summary: 'El primer barco salió al amanecer con cuarenta pasajeros y una banda.',
  authors: [{ name: 'Ana Ruiz' }, { name: 'Inés Gil' }],
  image: { url: 'https://images.example/a.jpg', alt: 'Un barco', caption: 'El Alondra', credit: 'Mara Obi' },
};

test('a Spanish digest has no English phrase, and its date, names and sections are Spanish', async () => {
  const mail = await aDigest({ language: 'es', stories: stories(50, spanish) });
  const { text: shown } = await factsOf(page(), mail.html);
  expect(englishIn(`${shown}\n${mail.text}\n${mail.preheader}`)).toEqual([]);
  for (const part of [shown, mail.text]) {
    expect(part).toContain('Primera luz');
    expect(part).toContain('Domingo, 22 de noviembre de 2026');
    expect(part).toContain('Puerto');
    expect(part).toContain('De nuestro patrocinador');
    expect(part).toContain('Darse de baja');
  }
  expect(shown).toContain('Por Ana Ruiz e Inés Gil');
  expect(shown).toContain('El Alondra Foto: Mara Obi');
});

test.each(Object.entries(KINDS))('a %s in Spanish has no English word', async (_, compose) => {
  const { html, text, subject } = await compose('es');
  const { text: shown, lang, title, images } = await factsOf(page(), html);
  const all = [shown, text, subject, title, ...images.map(({ alt }) => alt ?? '')].join('\n');
  expect(lang).toBe('es');
  expect(englishIn(all)).toEqual([]);
  // The address is the one thing in the mail that stays as it is in every language.
  expect(all.replaceAll(publication.editions[0]?.postalAddress ?? '', '').match(ENGLISH)).toBeNull();
});

test('the subject of a Spanish confirmation is in Spanish', async () => {
  expect((await aConfirmation({ language: 'es' })).subject).toBe(
    'Confirme su suscripción a El Heraldo del Lago',
  );
});

test.each(Object.entries(KINDS))(
  'the search for English words finds some in a %s in English',
  async (_, compose) => {
    const { html, text } = await compose('en');
    expect(text).toMatch(ENGLISH);
    expect((await factsOf(page(), html)).text).toMatch(ENGLISH);
  },
);

test('the search for English phrases finds them in an English digest', async () => {
  const { html, text } = await aDigest();
  expect(englishIn(`${(await factsOf(page(), html)).text}\n${text}`)).toContain('Unsubscribe');
});

/** Returns the pieces of the English phrases, between their placeholders, that `text` has as whole words. */
function englishIn(text: string): string[] {
  return Object.entries(templates.locales.en ?? {})
    .filter(([key]) => key.startsWith('mail.'))
    .flatMap(([, phrase]) => phrase.split(/\{\w+\}/))
    .map((piece) => piece.replace(/^\P{L}+|\P{L}+$/gu, ''))
    .filter((piece) => piece && new RegExp(`(?<!\\p{L})${RegExp.escape(piece)}(?!\\p{L})`, 'u').test(text));
}

test('the phrase that fills up a short preheader has at least 40 characters in every locale', () => {
  for (const phrases of Object.values(templates.locales)) {
    for (const key of ['mail.preheader', 'mail.letter.preheader'])
      expect([...(phrases[key] ?? '')].length, key).toBeGreaterThanOrEqual(40);
  }
});
