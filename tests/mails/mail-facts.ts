import type { Page } from 'playwright-core';

/** What the HTML of a mail is made of, as the parser of a browser reads it. Nothing of it is run or fetched. */
export type MailFacts = {
  title: string;
  lang: string;
  dir: string;
  metas: Record<string, string>;
  elements: string[];
  attributes: string[];
  h1: string[];
  h2: string[];
  tableRoles: (string | null)[];
  images: { src: string; alt: string | null; width: number }[];
  links: { href: string; text: string }[];
  styles: string;
  /** What an inbox shows after the subject: the words at the start of the mail, before everything that is visible. */
  preheader: string;
  text: string;
};

export function factsOf(page: Page, html: string): Promise<MailFacts> {
  return page.evaluate((source) => {
    const document = new DOMParser().parseFromString(source, 'text/html');
    const all = [...document.querySelectorAll('*')];
    const words = (node: Element | null) => node?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
    const listOf = (selector: string) => [...document.querySelectorAll(selector)];
    return {
      title: document.title,
      lang: document.documentElement.lang,
      dir: document.documentElement.dir,
      metas: Object.fromEntries(
        listOf('meta[name]').map((meta) => [
          meta.getAttribute('name') ?? '',
          meta.getAttribute('content') ?? '',
        ]),
      ),
      elements: [...new Set(all.map((element) => element.localName))],
      attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
      h1: listOf('h1').map(words),
      h2: listOf('h2').map(words),
      tableRoles: listOf('table').map((table) => table.getAttribute('role')),
      images: listOf('img').map((image) => ({
        src: image.getAttribute('src') ?? '',
        alt: image.getAttribute('alt'),
        width: Number(image.getAttribute('width')),
      })),
      links: listOf('a').map((link) => ({
        href: link.getAttribute('href') ?? '',
        text: words(link) || (link.querySelector('img')?.alt ?? ''),
      })),
      styles: [
        ...listOf('style').map((style) => style.textContent ?? ''),
        ...listOf('[style]').map((element) => element.getAttribute('style') ?? ''),
      ].join('\n'),
      preheader: words(document.querySelector('body > div')),
      text: words(document.body),
    };
  }, html);
}
