import { describe, expect, test } from 'vitest';
import { PREFERENCES_PLACEHOLDER, UNSUBSCRIBE_PLACEHOLDER } from '../../functions/mails/placeholders.ts';
import { usePage } from '../browser/chromium.ts';
import { factsOf } from './mail-facts.ts';
import { aDigest, aStory, digestInput, stories } from './mails.ts';

const page = usePage();

const without = (name: 'sponsor') => {
  const { [name]: _, ...edition } = digestInput().edition;
  return edition;
};

describe('what a reader sees', () => {
  test('a digest begins with the publication, the edition and the local date of the edition', async () => {
    const scheduledAt = '2026-11-22T03:00:00.000Z';
    const { html, text } = await aDigest({ issue: { ...digestInput().issue, scheduledAt } });
    const { text: shown } = await factsOf(page(), html);
    for (const part of [shown, text]) {
      expect(part).toContain('The Lakeside Courier');
      expect(part).toContain('First Light');
      expect(part).toContain('Saturday, November 21, 2026');
    }
  });

  test('the lead has its section, headline, dek, authors, photo, caption and credit', async () => {
    const { html, subject } = await aDigest({ stories: [aStory({ section: 'harbour' })] });
    const { text, images, links } = await factsOf(page(), html);
    expect(subject).toBe('The ferry returns');
    for (const words of [
      'Harbour',
      'The ferry returns',
      'The first boat left at dawn with forty commuters and a brass band.',
      'By Ana Ruiz',
      'The Sea Lark leaves the north pier. Photo: Mara Obi',
    ]) {
      expect(text).toContain(words);
    }
    expect(images).toEqual([
      {
        src: 'https://images.example/ferry.jpg?w=1200&fit=crop',
        alt: 'A white ferry, gulls above',
        width: 600,
      },
    ]);
    expect(links).toContainEqual({ href: 'https://paper.example/ferry', text: 'The ferry returns' });
  });

  test('a story without an address links to our own page, and a story without a dek shows how its text begins', async () => {
    const {
      url: _,
      summary: __,
      ...bare
    } = aStory({
      id: 'bare',
      html: '<h2>Part one</h2><figure><figcaption>A boat</figcaption></figure><p>Fish &amp; <em>chips</em>&nbsp;are 5&#8364;.</p><p>Still.</p>',
    });
    const { html, text } = await aDigest({ stories: [bare] });
    const { links, text: shown } = await factsOf(page(), html);
    expect(links.map(({ href }) => href)).toContain('https://news.example/articles/bare');
    for (const part of [shown, text]) expect(part).toContain('Fish & chips are 5€. Still.');
  });

  test('the headline and the photo of a story both link to it, and a photo without alternative text gets the headline', async () => {
    const list = stories(3, { image: { url: 'https://images.example/a.jpg', alt: '' } });
    const { links, images } = await factsOf(page(), (await aDigest({ stories: list })).html);
    const own = links.filter(({ href }) => href === 'https://paper.example/story-3');
    expect(own).toEqual(Array(2).fill({ href: 'https://paper.example/story-3', text: 'Headline 3' }));
    expect(images.map(({ width }) => width)).toEqual([600, 160, 160]);
  });

  test('a small or an upright photo is not enlarged', async () => {
    const widths = async (width: number, height: number) => {
      const image = { url: 'https://images.example/a.jpg', alt: 'A', width, height };
      return (await factsOf(page(), (await aDigest({ stories: stories(2, { image }) })).html)).images.map(
        (i) => i.width,
      );
    };
    expect(await widths(320, 200)).toEqual([320, 160]);
    expect(await widths(1000, 2000)).toEqual([300, 100]);
  });

  test('the sponsor is marked as a sponsor, and an edition without a sponsor mentions none', async () => {
    const { html, text } = await aDigest();
    expect((await factsOf(page(), html)).text).toContain('From our sponsor Mill Lane Bakery Bread from a');
    expect(text).toContain('From our sponsor: Mill Lane Bakery\n');
    expect(text).toContain('https://millbakery.example/');
    const plain = await aDigest({ edition: without('sponsor') });
    expect(plain.html + plain.text).not.toMatch(/sponsor/i);
  });

  test.each([1, 2, 5])('the sponsor appears once in a digest with %i stories', async (count) => {
    const { html } = await aDigest({ stories: stories(count) });
    expect(html.split('From our sponsor')).toHaveLength(2);
  });

  test('the foot says why and from where the mail comes, and has the links to unsubscribe, to the preferences and to the web version', async () => {
    const { html, text } = await aDigest();
    const { text: shown, links } = await factsOf(page(), html);
    const hrefs = links.map(({ href }) => href);
    expect(hrefs).toEqual(
      expect.arrayContaining([UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER, digestInput().webUrl]),
    );
    for (const part of [shown, text]) {
      expect(part).toContain('you subscribed to First Light, a newsletter of The Lakeside Courier');
      expect(part).toContain('The Lakeside Courier, 3 Mill Lane, Lakeville, VT 05001, USA');
    }
    for (const url of [UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER, digestInput().webUrl])
      expect(text).toContain(`: ${url}\n`);
  });
});

describe('the HTML and the text', () => {
  test('a digest is a complete document in its language', async () => {
    const { html } = await aDigest({ language: 'es' });
    const facts = await factsOf(page(), html);
    expect(html).toMatch(/^<!doctype html>\n<html lang="es" dir="ltr"/);
    expect(facts).toMatchObject({
      title: 'Headline 1',
      lang: 'es',
      dir: 'ltr',
      h1: ['El Heraldo del Lago'],
    });
    expect(facts.metas).toMatchObject({
      'color-scheme': 'light dark',
      'supported-color-schemes': 'light dark',
    });
    expect(facts.styles).toContain('@media (prefers-color-scheme: dark)');
  });

  test('a digest has one h1, an h2 for each story, and only tables for layout', async () => {
    const facts = await factsOf(page(), (await aDigest()).html);
    expect(facts.h1).toEqual(['The Lakeside Courier']);
    expect(facts.h2).toEqual(stories(8).map(({ title }) => title));
    expect(new Set(facts.tableRoles)).toEqual(new Set(['presentation']));
  });

  test('photos have https addresses, alternative texts and at most 600 px, and a photo with an http address is left out', async () => {
    const image = { url: 'http://images.example/a.jpg', alt: 'Not safe', caption: 'Its caption' };
    const { html } = await aDigest({ stories: [aStory({ image }), ...stories(5)] });
    const { images, text } = await factsOf(page(), html);
    expect(images).toHaveLength(3);
    expect(text).not.toContain('Its caption');
    for (const { src, alt, width } of images) {
      expect(src).toMatch(/^https:\/\//);
      expect(alt).toBeTruthy();
      expect(width).toBeLessThanOrEqual(600);
    }
  });

  test.each([
    { url: 'https://images.example/map.svg?v=2', alt: 'A map' },
    { url: 'https://images.example/map', alt: 'A map', type: 'image/svg+xml' },
  ])('an SVG image, which most mail programs do not show, is left out: $url', async (image) => {
    const { html } = await aDigest({ stories: [aStory({ image })] });
    expect((await factsOf(page(), html)).images).toEqual([]);
  });

  test('nothing in a digest runs or asks for input, and only its photos are fetched', async () => {
    const { html } = await aDigest();
    const { elements, attributes, styles } = await factsOf(page(), html);
    for (const name of ['script', 'form', 'input', 'button', 'link', 'iframe', 'object', 'video', 'svg']) {
      expect(elements).not.toContain(name);
    }
    expect(attributes.filter((name) => name.startsWith('on'))).toEqual([]);
    expect(styles).not.toMatch(/@import|url\(|@font-face/);
    expect(html).not.toMatch(/data:|javascript:|fonts\.googleapis/);
  });

  test('a digest has nothing left of the template language', async () => {
    const { html, text } = await aDigest({ stories: stories(3) });
    expect(html + text).not.toMatch(/\{\{|\}\}|\{%|%\}|<\/?mj-|\{\w+\}|undefined|\[object/);
    expect(html.match(/%%\w+%%/g)).toEqual([UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER]);
    expect(text.match(/%%\w+%%/g)).toEqual([UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER]);
  });

  test('the text part has no tag and no entity, and a field with a line end stays on one line', async () => {
    const { text } = await aDigest({
      stories: [aStory({ title: 'Fish & chips\r\nfor 5', html: '<p>a &lt; b</p>' })],
    });
    expect(text).not.toMatch(/<\/?[a-z]|&\w+;|&#/i);
    expect(text).toContain('\nFish & chips for 5\n');
    expect(text).not.toMatch(/[^\n\P{Cc}]/u);
  });

  test('a digest in a right-to-left language is laid out from the right', async () => {
    const { html } = await aDigest({ language: 'ar', stories: stories(3, { language: 'ar' }) });
    const { dir, styles } = await factsOf(page(), html);
    expect(dir).toBe('rtl');
    expect(styles).toContain('direction:rtl');
    expect(styles).not.toContain('direction:ltr');
    expect(styles).toContain('padding-right:24px');
  });

  test('the same stories give the same bytes, in whichever time zone the process runs', async () => {
    const first = await aDigest();
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Kiritimati';
    const second = await aDigest();
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    expect(second).toEqual(first);
  });
});
