import { inLanguage } from '../settings/publication.ts';
import { type Phrases, phrasesIn } from '../shared/locale.ts';
import { type DigestInput, digestView, MAX_SETTING } from './digest-view.ts';
import { MAX_SUBJECT, ownPreheader, subjectOf } from './mail-subject.ts';
import type { DigestView, MailStory, StoryGroup } from './mail-view.ts';
import { headerLine, mailLine } from './mail-words.ts';
import { digestPreheader } from './preheader.ts';
import { digestText, personalBytes, renderMail } from './render-mail.ts';

export type { DigestInput } from './digest-view.ts';

/** `html` and `text` have placeholders (`placeholders.ts`) where a reader's own links go. */
export type RenderedMail = { subject: string; preheader: string; html: string; text: string };
export type RenderedDigest = RenderedMail & {
  /** How many characters the subject had before it was cut. */
  subjectCharacters: number;
  /** How many stories are only in the text part and on the web, because the HTML would be too large with them. */
  dropped: number;
};

/**
 * The most bytes that the HTML may have with a reader's links in place. Gmail shows no more than 102,400 bytes of a
 * mail.
 */
export const MAX_HTML = 95_000;
/** How many stories of the list come before the sponsor. */
const STORIES_BEFORE_SPONSOR = 3;

/** Renders the mail of an issue in one language. The same input always gives the same bytes. */
export async function renderDigest(input: DigestInput): Promise<RenderedDigest> {
  const { templates, language, publication, edition } = input;
  const phrases = phrasesIn(templates, language);
  const view = digestView(input);
  const stories = view.groups.flatMap((group) => group.stories);
  const facts = {
    lead: input.stories[0]?.title ?? '',
    edition: view.edition,
    publication: view.publication,
    section: view.lead.section,
    count: input.stories.length + view.mostRecent.stories.length,
    scheduledAt: input.issue.scheduledAt,
  };
  const own = subjectOf(edition, language, facts);
  const subject = headerLine(input.subject ?? '', MAX_SUBJECT) || own.subject;
  const preheader = digestPreheader(subject, {
    own: mailLine(input.preheader ?? '', MAX_SETTING) || ownPreheader(edition, language, facts),
    dek: view.lead.dek,
    headlines: stories.map(({ headline }) => headline),
    description: mailLine(inLanguage(edition.description, language, publication), MAX_SETTING),
    filler: phrases('mail.preheader'),
  });
  const all = stories.length + view.mostRecent.stories.length;
  const { html, shown } = await fitting(all, (shown) =>
    renderMail(templates, {
      template: 'digest',
      language,
      subject,
      preheader,
      values: cutTo(shown, view, input.webUrl, phrases),
    }),
  );
  return {
    subject,
    subjectCharacters: own.characters,
    preheader,
    html,
    text: digestText(view),
    dropped: all - shown,
  };
}

/** Returns the values for the template: the first `shown` stories below the lead, and a link to the others. */
function cutTo(shown: number, view: DigestView, webUrl: string, phrases: Phrases): object {
  const stories = view.groups.flatMap((group) => group.stories);
  const left = stories.length + view.mostRecent.stories.length - shown;
  return {
    ...view,
    groups: withSponsor(firstOf(view.groups, shown), view.sponsor !== undefined),
    mostRecent: {
      ...view.mostRecent,
      stories: view.mostRecent.stories.slice(0, Math.max(0, shown - stories.length)),
    },
    more: left > 0 ? { text: phrases('mail.more', { count: left }), url: allStoriesUrl(webUrl) } : undefined,
  };
}

function firstOf(groups: StoryGroup[], count: number): StoryGroup[] {
  let room = count;
  return groups.flatMap(({ name, stories }) => {
    const shown = stories.slice(0, room);
    room -= shown.length;
    return shown.length > 0 ? [{ name, stories: shown }] : [];
  });
}

/**
 * Decides after which group the sponsor stands. It stands after the third story or, if stories stand under headings,
 * after the section of the third story. If there are fewer stories, it stands at the end.
 */
function withSponsor(groups: StoryGroup[], sponsor: boolean): (StoryGroup & { sponsored: boolean })[] {
  const parts = groups.length > 1 || groups[0]?.name ? groups : inTwo(groups[0]?.stories ?? []);
  let sponsored = !sponsor;
  let before = 0;
  return parts.map((group, at) => {
    before += group.stories.length;
    const here = !sponsored && (before >= STORIES_BEFORE_SPONSOR || at === parts.length - 1);
    sponsored ||= here;
    return { ...group, sponsored: here };
  });
}

function inTwo(stories: MailStory[]): StoryGroup[] {
  return [
    { name: '', stories: stories.slice(0, STORIES_BEFORE_SPONSOR) },
    { name: '', stories: stories.slice(STORIES_BEFORE_SPONSOR) },
  ];
}

/**
 * Returns the address of the web version with all stories. The web version also lists the stories that the mail had no
 * room for.
 */
function allStoriesUrl(webUrl: string): string {
  const url = new URL(webUrl);
  url.searchParams.set('stories', 'all');
  return url.href;
}

/**
 * Finds the largest number of stories below the lead with which the mail is small enough, by halving. A mail with only
 * the lead is always small enough, because the lead's texts and links have limits of their own.
 */
async function fitting(
  stories: number,
  render: (shown: number) => Promise<string>,
): Promise<{ html: string; shown: number }> {
  const whole = { html: await render(stories), shown: stories };
  if (personalBytes(whole.html) <= MAX_HTML || stories === 0) return whole;
  let fits = { html: await render(0), shown: 0 };
  for (let tooMany = stories; tooMany - fits.shown > 1; ) {
    const middle = Math.floor((fits.shown + tooMany) / 2);
    const html = await render(middle);
    if (personalBytes(html) > MAX_HTML) tooMany = middle;
    else fits = { html, shown: middle };
  }
  return fits;
}
