import { expect, it } from 'vitest';
import type { Preview } from '../../functions/newsletter/previews.ts';
import { setUp } from '../support/installation.ts';
import { digestsTo, postStory, sendNow, withReaders } from '../support/newsroom.ts';

it('the text part of a Spanish issue has the sponsor, in Spanish, between its stories and its foot', async () => {
  const world = await withReaders();
  await sendNow(world, 'first');
  const [mail] = digestsTo(world, 'es@reader.example');
  expect(mail?.text).toContain(
    `
/articles/transbordador

----------------------------------------

De nuestro patrocinador: Mill Lane Bakery
Pan de horno de leña desde 1931. Quien lee esta carta paga la mitad por el segundo pan.
https://millbakery.example/

----------------------------------------

Recibe`.trim(),
  );
  expect(mail?.text).not.toContain('Bread from a');
  const [english] = digestsTo(world, 'en@reader.example');
  expect(english?.text).toContain('From our sponsor: Mill Lane Bakery\nBread from a wood oven');
});

it('the warnings of a preview of a Spanish mail are in English, as everything in the API is', async () => {
  const world = await setUp();
  const image = { url: 'http://images.example/a.jpg', alt: 'Un barco' };
  const story = { summary: undefined, title: 'Vuelve el transbordador '.repeat(7).trim(), image };
  const warningsIn = async (language: string) => {
    await postStory(world, { id: `story-${language}`, language, ...story });
    const answer = await world.edit(
      'POST',
      '/api/editions/daily/preview',
      { language },
      { 'accept-language': 'es' },
    );
    const { warnings, html } = (await answer.json()) as Preview;
    expect(html).toContain(`lang="${language}"`);
    return warnings.map(({ detail, ...at }) => ({
      ...at,
      detail: detail.replace(`story-${language}`, 'story'),
    }));
  };
  const spanish = await warningsIn('es');
  expect(spanish).toEqual([
    { pointer: '/subject', detail: 'has 167 characters, and is cut after 150' },
    {
      pointer: '/preheader',
      detail: expect.stringMatching(/^is made from other words of the mail, because the first/),
    },
    { pointer: '/storyIds/0', detail: '"story" has no summary: the mail shows how its text begins' },
    {
      pointer: '/storyIds/0',
      detail: expect.stringMatching(/^"story" is shown without its photo: mail programs/),
    },
  ]);
  expect(await warningsIn('en')).toEqual(spanish);
});
