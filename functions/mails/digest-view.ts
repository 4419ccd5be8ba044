import type { Article } from '../articles/article.ts';
import { type EditionSettings, inLanguage, type Publication } from '../settings/publication.ts';
import { longDate, phrasesIn, type Templates } from '../shared/locale.ts';
import { slugOf } from '../shared/text.ts';
import { mailStory } from './mail-story.ts';
import { sentenceCase } from './mail-subject.ts';
import type { DigestView, MailLink, MailStory, StoryGroup } from './mail-view.ts';
import { mailLine, mailLink, mailLogo } from './mail-words.ts';
import { PREFERENCES_TOKEN, UNSUBSCRIBE_TOKEN } from './placeholders.ts';
import { sponsorOn } from './sponsor.ts';

export type DigestInput = {
  publication: Publication;
  edition: EditionSettings;
  language: string;
  issue: { edition: string; slot: string; scheduledAt: string };
  /** The lead first; at least one. */
  stories: Article[];
  /** More new stories, of which only the headlines are shown. */
  mostRecent?: Article[];
  /** Absent: the edition's. */
  layout?: EditionSettings['layout'];
  /** Absent or blank: the edition's, else the lead's headline. */
  subject?: string;
  /** Absent: the edition's, else the lead's dek. One of less than 40 characters is filled up with it. */
  preheader?: string;
  /** Above everything else, with what to do about it: that this is a draft or a test. */
  notice?: string;
  buttons?: MailLink[];
  /** A word to whom the mail is the first. */
  greeting?: string;
  baseUrl: string;
  webUrl: string;
  templates: Templates;
};

/** Characters. */
const MAX_SETTING = 300;

/** What a digest says, before anything of it is cut for want of room. */
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
        { text: phrases('mail.unsubscribe'), url: UNSUBSCRIBE_TOKEN },
        { text: phrases('mail.preferences'), url: PREFERENCES_TOKEN },
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
 * Stories that are in no section first, where they stand under no heading; then the publication's sections in their
 * order, then those that the settings do not know. What the heading says is not said again with each story.
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
