import { describe, expect, it } from 'vitest';
import { unsubscribePage } from '../../functions/pages/link-pages.ts';
import { STYLE } from '../../functions/pages/style.ts';
import { aContext, ENGLISH, everyPage, locales, SPANISH } from './every-page.ts';

const english = Object.entries(everyPage('en', ENGLISH)).map(([name, page]) => ({
  name,
  html: String(page),
}));
const spanish = Object.entries(everyPage('es', SPANISH)).map(([name, page]) => ({
  name,
  html: String(page),
}));

/** Returns a page without the only script that a page may have. */
const withoutScript = (html: string) => html.replace('<script src="/feeds.js" defer></script>', '');

/** Returns the name of the field, then text that tries to break out of text, of an attribute, and of a phrase with placeholders. */
const hostile = (field: string) =>
  `${field}</title><script>alert("1")</script>"'><img src=x onerror=alert(1)> {names}`;
const hostileWords = Object.fromEntries(
  Object.keys(ENGLISH).map((field) => [field, hostile(field)]),
) as typeof ENGLISH;
const hostilePages = everyPage('en', { ...hostileWords, body: '<p>The story.</p>' });

describe('what somebody typed', () => {
  const shown: Record<string, (keyof typeof ENGLISH)[]> = {
    home: ['title', 'dek', 'author', 'section', 'caption', 'credit', 'alt'],
    feeds: ['tag', 'author', 'section'],
    feed: ['title', 'dek', 'author', 'section', 'tag'],
    article: ['title', 'dek', 'author', 'section', 'tag', 'caption', 'credit', 'alt', 'related'],
    'subscribe-faults': ['email'],
    issues: ['subject'],
    message: ['title', 'dek'],
    manage: ['email'],
    draft: ['title', 'email'],
    mailbox: ['subject', 'email'],
    mail: ['subject', 'email', 'title'],
  };

  it.each(Object.entries(shown))('is shown as plain text on the page %s', (name, fields) => {
    const html = String(hostilePages[name]);
    for (const field of fields) expect(html).toContain(`${field}&lt;/title&gt;&lt;script&gt;`);
  });

  it.each(Object.entries(hostilePages))('does not break out of its place on the page %s', (_, page) => {
    const html = withoutScript(String(page));
    expect(html).not.toMatch(/<script|<img src=x|<\/title><s|alert\("|"'>/);
    expect(html.match(/<title>/g)).toHaveLength(1);
    // A tag without its quoted values must not contain an event handler.
    for (const [tag] of html.matchAll(/<[a-z][^>]*>/g))
      expect(tag.replace(/"[^"]*"/g, '""')).not.toMatch(/\son\w+=/);
  });

  it('cannot end the address that a form posts to', () => {
    const html = String(
      unsubscribePage(aContext(), { action: '/unsubscribe?token="><script>', editions: ['daily'] }),
    );
    expect(html).toContain('action="/unsubscribe?token=&quot;&gt;&lt;script&gt;"');
  });
});

describe.each([
  ...english.map((page) => ({ ...page, language: 'en' })),
  ...spanish.map((page) => ({ ...page, language: 'es' })),
])('the page $name in $language', ({ html, language }) => {
  it('names the main feed and the feed of its language in three formats each', () => {
    const links = [...html.matchAll(/<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">/g)];
    const found = links.map(([, type, href]) => `${href} ${type}`);
    const folders = ['/', `/${language}/`];
    expect(found).toEqual(
      expect.arrayContaining(
        folders.flatMap((folder) => [
          `${folder}rss.xml application/rss+xml`,
          `${folder}atom.xml application/atom+xml`,
          `${folder}feed.json application/feed+json`,
        ]),
      ),
    );
    expect(new Set(found).size).toBe(found.length);
  });

  it('has a language, a direction, a title and exactly one top heading', () => {
    expect(html).toMatch(new RegExp(`^<!doctype html>\n<html lang="${language}" dir="ltr">`));
    expect(html).toMatch(/<title>[^<]{5,}<\/title>/);
    expect(html.match(/<h1[ >]/g)).toHaveLength(1);
  });

  it('has nothing that its Content-Security-Policy would block', () => {
    expect(withoutScript(html)).not.toMatch(/<script|<style|\sstyle=|javascript:|<base/);
    expect(html.match(/<link rel="stylesheet"[^>]*>/g)).toEqual([
      '<link rel="stylesheet" href="/style.css">',
    ]);
  });

  it('refers only to ids that it has, and has each id once', () => {
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const references = [
      ...html.matchAll(/\s(?:for|aria-labelledby|aria-describedby)="([^"]+)"|href="#([^"]+)"/g),
    ];
    for (const [, list, fragment] of references)
      for (const id of (list ?? fragment ?? '').split(' ')) expect(ids).toContain(id);
  });

  it('leaves no placeholder of a phrase unfilled', () => {
    expect(html).not.toMatch(/\{\w+\}|page\.[a-z]+\.|undefined|\[object/);
  });
});

describe('the fixed words', () => {
  /** Returns the text of a page, and its attributes that a screen reader reads out. */
  const words = (html: string) =>
    html.replace(/<[^>]*>/g, (tag) =>
      [...tag.matchAll(/(?:aria-label|title|alt|content)="([^"]*)"/g)]
        .map(([, value]) => ` ${value} `)
        .join('\n'),
    );
  const pieces = (locale: Record<string, string> = {}) =>
    Object.entries(locale)
      .filter(([key]) => key.startsWith('page.'))
      .flatMap(([, phrase]) => phrase.split(/\{\w+\}/))
      .map((piece) => piece.replace(/^[\s“”"]+|[\s“”"]+$/g, ''))
      .filter((piece) => /[A-Za-z]{2}/.test(piece));
  const own = new Set(pieces(locales.es));
  const foreign = pieces(locales.en).filter((piece) => !own.has(piece) && piece !== 'en');

  /** The name of a program is the same in every language, so it does not count as English. */
  const PROGRAMS = /Podcast Addict/g;

  it.each(spanish)('of the Spanish page $name contain no English', ({ html }) => {
    const text = words(html).replace(PROGRAMS, '');
    for (const piece of foreign)
      expect(
        text.search(new RegExp(`(?<![\\p{L}\\p{N}])${literally(piece)}(?![\\p{L}\\p{N}])`, 'u')),
        piece,
      ).toBe(-1);
  });

  it('of English pages are found by the same search', () => {
    const text = words(english.map(({ html }) => html).join('\n'));
    expect(foreign.filter((piece) => text.includes(piece)).length).toBeGreaterThan(60);
  });
});

it('the style sheet is less than 10 KB and fetches nothing', () => {
  expect(Buffer.byteLength(STYLE)).toBeLessThan(10_000);
  expect(STYLE).not.toMatch(/url\(|@import/);
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
