import { type Article, type Image, linkOf, pageOf } from '../articles/article.ts';
import { excerptOf } from '../articles/excerpt.ts';
import { type Publication, sectionName } from '../settings/publication.ts';
import type { Phrases } from '../shared/locale.ts';
import type { MailLink, MailPhoto, MailStory, Size } from './mail-view.ts';
import { mailLine, mailLink } from './mail-words.ts';

export type StoryContext = { publication: Publication; language: string; baseUrl: string; phrases: Phrases };

/** Characters. */
const MAX_HEADLINE = 200;
const MAX_DEK = 300;
const MAX_SECTION = 60;
const MAX_NAME = 60;
const MAX_BYLINE = 200;
const MAX_ALT = 200;
const MAX_CAPTION = 300;
const MAX_CREDIT = 100;
const MAX_RELATED_TITLE = 150;

const MAX_RELATED = 3;

export function mailStory(article: Article, context: StoryContext): MailStory {
  const { publication, language, baseUrl } = context;
  const section = mailLine(sectionName(publication, article.section, language), MAX_SECTION);
  const headline = mailLine(article.title, MAX_HEADLINE) || section;
  const url = mailLink(linkOf(article, baseUrl), ['https:', 'http:']) ?? pageOf(article.id, baseUrl);
  return {
    url,
    section,
    headline,
    dek: mailLine(article.summary ?? '', MAX_DEK) || mailLine(excerptOf(article.html), MAX_DEK),
    byline: bylineOf(article, context),
    photo: article.image && mailPhoto(article.image, headline, context),
    related: relatedTo(article),
  };
}

function relatedTo({ related }: Article): MailLink[] {
  return related
    .flatMap(({ title, url }) => {
      const text = mailLine(title, MAX_RELATED_TITLE);
      const link = mailLink(url, ['https:', 'http:']);
      return text && link ? [{ text, url: link }] : [];
    })
    .slice(0, MAX_RELATED);
}

function bylineOf({ authors }: Article, { language, phrases }: StoryContext): string {
  const names = authors.map(({ name }) => mailLine(name, MAX_NAME)).filter(Boolean);
  if (names.length === 0) return '';
  return mailLine(phrases('mail.byline', { names: new Intl.ListFormat(language).format(names) }), MAX_BYLINE);
}

/** Mail programs fetch pictures over https only, or warn of them, and most draw no SVG: such photos are left out. */
function mailPhoto(image: Image, headline: string, { phrases }: StoryContext): MailPhoto | undefined {
  const url = mailLink(image.url, ['https:']);
  if (!url || image.type === 'image/svg+xml' || /\.svgz?$/i.test(URL.parse(url)?.pathname ?? ''))
    return undefined;
  const credit = mailLine(image.credit ?? '', MAX_CREDIT);
  return {
    url,
    // The photo is a link, and a link needs words of its own (WCAG 2.2, 2.4.4).
    alt: mailLine(image.alt, MAX_ALT) || headline,
    caption: mailLine(image.caption ?? '', MAX_CAPTION),
    credit: credit && phrases('mail.photoCredit', { name: credit }),
    lead: fitted(image, { width: 600, height: 600 }),
    beside: fitted(image, { width: 160, height: 200 }),
  };
}

/** As wide as the box, unless the picture is smaller or would be higher than the box. */
function fitted({ width, height }: Image, box: { width: number; height: number }): Size {
  if (!width || !height) return { width: box.width };
  const fit = Math.max(44, Math.min(box.width, width, Math.floor((box.height * width) / height)));
  return { width: fit, height: Math.min(box.height, Math.round((fit * height) / width)) };
}
