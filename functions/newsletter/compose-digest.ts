import type { Article } from '../articles/article.ts';
import { longDate, type Phrases, phrasesIn, type Templates } from '../locale.ts';
import { type EditionSettings, inLanguage, type Publication } from '../settings.ts';
import { mailStory } from './mail-story.ts';
import { digestText } from './mail-text.ts';
import type { DigestView } from './mail-view.ts';
import { mailLine, mailLink } from './mail-words.ts';
import { preheaderOf } from './preheader.ts';
import { personalBytes, renderMail } from './render-mail.ts';
import { PREFERENCES_TOKEN, UNSUBSCRIBE_TOKEN } from './tokens.ts';

export type DigestInput = {
  publication: Publication;
  edition: EditionSettings;
  language: string;
  issue: { edition: string; slot: string; scheduledAt: string };
  /** The lead first; at least one. */
  stories: Article[];
  baseUrl: string;
  webUrl: string;
  templates: Templates;
};

/** `html` and `text` have the tokens of `tokens.ts` where a reader's own links go. */
export type ComposedMail = { subject: string; preheader: string; html: string; text: string };

/** Bytes with each reader's links in place: Gmail shows no more than 102,400 of a mail. */
const MAX_HTML = 95_000;
/** Stories of the list before the sponsor's word. */
const STORIES_BEFORE_SPONSOR = 3;
/** Characters. */
const MAX_SUBJECT = 150;
const MAX_SETTING = 300;

/** The mail of an issue in one language. A pure function of its input: the same stories give the same bytes. */
export async function composeDigest(input: DigestInput): Promise<ComposedMail> {
  const { templates, language, stories, publication, edition } = input;
  const [leadArticle] = stories;
  if (!leadArticle) throw new Error(`a digest of edition "${edition.id}" has no story`);
  const phrases = phrasesIn(templates, language);
  const view = digestView(input, phrases, leadArticle);
  const subject = mailLine(leadArticle.title, MAX_SUBJECT) || view.edition;
  const preheader = preheaderOf(
    subject,
    [
      view.lead.dek,
      ...view.stories.map(({ headline }) => headline),
      mailLine(inLanguage(edition.description, language, publication), MAX_SETTING),
    ],
    phrases('mail.preheader'),
  );
  const html = await fitting(view.stories.length, (shown) => {
    const left = view.stories.length - shown;
    return renderMail(templates, {
      template: 'digest',
      language,
      subject,
      preheader,
      values: {
        ...view,
        stories: view.stories.slice(0, shown),
        sponsorAfter: Math.min(shown, STORIES_BEFORE_SPONSOR),
        more:
          left > 0
            ? { text: phrases('mail.more', { count: left }), url: allStoriesUrl(input.webUrl) }
            : undefined,
      },
    });
  });
  return { subject, preheader, html, text: digestText(view) };
}

function digestView(input: DigestInput, phrases: Phrases, leadArticle: Article): DigestView {
  const { publication, edition, language, issue, stories, baseUrl, webUrl } = input;
  const setting = (texts: Record<string, string>) =>
    mailLine(inLanguage(texts, language, publication), MAX_SETTING);
  const story = (article: Article) => mailStory(article, { publication, language, baseUrl, phrases });
  const names = { publication: setting(publication.name), edition: setting(edition.name) };
  const { sponsor } = edition;
  return {
    ...names,
    date: sentenceCase(longDate(issue.scheduledAt, language, edition.timeZone), language),
    lead: story(leadArticle),
    stories: stories.slice(1).map(story),
    sponsor: sponsor && {
      label: phrases('mail.sponsor'),
      name: mailLine(sponsor.name, MAX_SETTING),
      text: setting(sponsor.text),
      url: mailLink(sponsor.url, ['https:']) ?? sponsor.url,
    },
    footer: {
      why: phrases('mail.why', names),
      links: [
        { text: phrases('mail.unsubscribe'), url: UNSUBSCRIBE_TOKEN },
        { text: phrases('mail.preferences'), url: PREFERENCES_TOKEN },
        { text: phrases('mail.web'), url: webUrl },
      ],
      postalAddress: mailLine(edition.postalAddress, MAX_SETTING),
    },
  };
}

/** Several languages write the names of days small, but not at the beginning of a line. */
function sentenceCase(text: string, language: string): string {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(language) + rest.join('');
}

/** The web version has no limit of size: asked like this, it lists the stories that the mail had no room for. */
function allStoriesUrl(webUrl: string): string {
  const url = new URL(webUrl);
  url.searchParams.set('stories', 'all');
  return url.href;
}

/**
 * The mail with the most stories below the lead that is small enough, found by halving. The lead always is: its texts
 * and links have limits of their own.
 */
async function fitting(stories: number, render: (shown: number) => Promise<string>): Promise<string> {
  const whole = await render(stories);
  if (personalBytes(whole) <= MAX_HTML || stories === 0) return whole;
  let fits = 0;
  let html = await render(fits);
  for (let tooMany = stories; tooMany - fits > 1; ) {
    const middle = Math.floor((fits + tooMany) / 2);
    const candidate = await render(middle);
    if (personalBytes(candidate) > MAX_HTML) {
      tooMany = middle;
    } else {
      fits = middle;
      html = candidate;
    }
  }
  return html;
}
