import { type Article, type Image, linkOf, pageOf } from '../articles/article.ts';
import { excerptOf } from '../articles/excerpt.ts';
import { type EditionSettings, inLanguage, type Publication, sectionName } from '../settings/publication.ts';
import { localDay } from '../shared/local-time.ts';
import { longDate, type Phrases, phrasesIn, type Templates } from '../shared/locale.ts';
import { slugOf } from '../shared/text.ts';
import { sentenceCase } from './mail-subject.ts';
import type { DigestView, MailLink, MailPhoto, MailStory, Size, StoryGroup } from './mail-view.ts';
import { mailLine, mailLink, mailLogo } from './mail-words.ts';
import { PREFERENCES_PLACEHOLDER, UNSUBSCRIBE_PLACEHOLDER } from './placeholders.ts';

/**
 * The content of a digest, which is the mail of an issue. It is made from the stories and the settings of the edition.
 */

export type DigestInput = {
  publication: Publication;
  edition: EditionSettings;
  language: string;
  issue: { edition: string; slot: string; scheduledAt: string };
  /** At least one story. The first one is the lead. */
  stories: Article[];
  /** More new stories. The mail shows only their headlines, at its end. */
  mostRecent?: Article[];
  /** If `layout` is absent, the layout of the edition is used. */
  layout?: EditionSettings['layout'];
  /**
   * If `subject` is absent or blank, the edition's template is used. Without a template, the subject is the lead's
   * headline.
   */
  subject?: string;
  /**
   * If `preheader` is absent, the edition's template is used. Without a template, the preheader is the lead's summary.
   * A preheader of less than 40 characters is filled up with other words of the mail.
   */
  preheader?: string;
  /** A line above everything else. It says that the mail is a draft or a proof. The buttons stand below it. */
  notice?: string;
  buttons?: MailLink[];
  /** A greeting for a reader who gets their first issue. */
  greeting?: string;
  baseUrl: string;
  webUrl: string;
  templates: Templates;
};

/** How many characters of a text from the settings a mail shows. */
export const MAX_SETTING = 300;

/** Returns the content of a digest. `renderDigest` leaves out stories later if the HTML gets too large. */
export function digestView(input: DigestInput): DigestView {
  const { publication, edition, language, issue, stories, mostRecent = [], baseUrl, webUrl } = input;
  const [leadArticle, ...others] = stories;
  if (!leadArticle) throw new Error(`a digest of edition "${edition.id}" has no story`);
  const phrases = phrasesIn(input.templates, language);
  const setting = (texts: Record<string, string>) =>
    mailLine(inLanguage(texts, language, publication), MAX_SETTING);
  const story = (article: Article) => mailStory(article, { publication, language, baseUrl, phrases });
  const names = { publication: setting(publication.name), edition: setting(edition.name) };
  const sponsor = sponsorOn(edition, issue.scheduledAt);
  return {
    ...names,
    notice: mailLine(input.notice ?? '', MAX_SETTING),
    buttons: (input.buttons ?? []).map(({ text, url }) => ({ text: mailLine(text, MAX_SETTING), url })),
    logo: mailLogo(publication),
    date: sentenceCase(longDate(issue.scheduledAt, language, edition.timeZone), language),
    greeting: mailLine(input.greeting ?? '', MAX_SETTING),
    lead: story(leadArticle),
    relatedLabel: phrases('mail.related'),
    groups:
      (input.layout ?? edition.layout) === 'sections'
        ? bySection(others, input, story)
        : oneGroup(others.map(story)),
    mostRecent: {
      label: phrases('mail.mostRecent'),
      stories: mostRecent.map(story).map(({ headline, url }) => ({ headline, url })),
    },
    sponsor: sponsor && {
      label: phrases('mail.sponsor'),
      name: mailLine(sponsor.name, MAX_SETTING),
      text: setting(sponsor.text),
      url: mailLink(sponsor.url, ['https:']) ?? sponsor.url,
    },
    footer: {
      why: phrases('mail.why', names),
      links: [
        { text: phrases('mail.unsubscribe'), url: UNSUBSCRIBE_PLACEHOLDER },
        { text: phrases('mail.preferences'), url: PREFERENCES_PLACEHOLDER },
        { text: phrases('mail.web'), url: webUrl },
      ],
      postalAddress: mailLine(edition.postalAddress, MAX_SETTING),
    },
  };
}

function oneGroup(stories: MailStory[]): StoryGroup[] {
  return [{ name: '', stories }];
}

/**
 * Groups stories by section. Stories without a section come first, without a heading. Then come the publication's
 * sections in their order, then sections that the settings do not know. A story below a heading does not repeat its
 * section.
 */
function bySection(
  articles: Article[],
  { publication }: DigestInput,
  story: (article: Article) => MailStory,
): StoryGroup[] {
  const known = publication.sections.map(({ slug }) => slug);
  const rank = (slug: string) => {
    if (slug === '') return -1;
    return known.includes(slug) ? known.indexOf(slug) : known.length;
  };
  return [...Map.groupBy(articles, ({ section }) => slugOf(section))]
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([, group]) => {
      const stories = group.map(story);
      return {
        name: stories[0]?.section ?? '',
        stories: stories.map((each) => ({ ...each, section: '' })),
      };
    });
}

export type Sponsor = NonNullable<EditionSettings['sponsor']>;

/** Returns the edition's sponsor if it is booked for the day of the issue, in the edition's time zone. */
export function sponsorOn(
  { sponsor, timeZone }: Pick<EditionSettings, 'sponsor' | 'timeZone'>,
  scheduledAt: string,
): Sponsor | undefined {
  if (!sponsor) return undefined;
  const day = localDay(Date.parse(scheduledAt), timeZone);
  const { from = day, until = day } = sponsor;
  return from <= day && day <= until ? sponsor : undefined;
}

export type StoryContext = { publication: Publication; language: string; baseUrl: string; phrases: Phrases };

/** How many characters of a story's texts a mail shows. */
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

/** Returns a story as a mail shows it. */
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

/**
 * Returns the photo of a story, or undefined if mail programs would not show it. Mail programs load pictures only over
 * https, or warn about others. Most of them draw no SVG.
 */
function mailPhoto(image: Image, headline: string, { phrases }: StoryContext): MailPhoto | undefined {
  const url = mailLink(image.url, ['https:']);
  if (!url || image.type === 'image/svg+xml' || /\.svgz?$/i.test(URL.parse(url)?.pathname ?? ''))
    return undefined;
  const credit = mailLine(image.credit ?? '', MAX_CREDIT);
  return {
    url,
    // The photo is a link, and a link needs words of its own (WCAG 2.2, 2.4.4). So a photo without words gets the
    // headline.
    alt: mailLine(image.alt, MAX_ALT) || headline,
    caption: mailLine(image.caption ?? '', MAX_CAPTION),
    credit: credit && phrases('mail.photoCredit', { name: credit }),
    lead: fitted(image, { width: 600, height: 600 }),
    beside: fitted(image, { width: 160, height: 200 }),
  };
}

/** Returns the size of a picture in a box. It is as wide as the box, unless it is smaller or would be too high. */
function fitted({ width, height }: Image, box: { width: number; height: number }): Size {
  if (!width || !height) return { width: box.width };
  const fit = Math.max(44, Math.min(box.width, width, Math.floor((box.height * width) / height)));
  return { width: fit, height: Math.min(box.height, Math.round((fit * height) / width)) };
}
