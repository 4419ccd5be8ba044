import { type Article, isPublic, linkOf } from '../articles/article.ts';
import { sponsorOn } from '../mails/digest-view.ts';
import { MAX_SUBJECT } from '../mails/mail-subject.ts';
import { mailLink } from '../mails/mail-words.ts';
import { MAX_HTML, type RenderedDigest } from '../mails/render-digest.ts';
import type { EditionSettings } from '../settings/publication.ts';
import type { Warning } from './previews.ts';

/** How many characters of a subject a phone shows. */
const SHOWN_SUBJECT = 60;

type Composed = {
  edition: EditionSettings;
  language: string;
  scheduledAt: string;
  /** The stories that are more than a headline in the mail, the lead first. */
  stories: Article[];
  leftOut: string[];
  digest: RenderedDigest;
  baseUrl: string;
};

/** Lists what an editor may want to change before the mail is sent. */
export function warningsOf(composed: Composed): Warning[] {
  const { stories } = composed;
  return [
    ...subjectWarnings(composed),
    ...sizeWarnings(composed),
    ...sponsorWarnings(composed),
    ...stories.flatMap((story, index) =>
      storyWarnings(story, index === 0, composed).map((detail) => ({
        pointer: `/storyIds/${index}`,
        detail,
      })),
    ),
  ];
}

function subjectWarnings({ edition, language, stories: [lead], digest }: Composed): Warning[] {
  const warnings: Warning[] = [];
  const { subjectCharacters } = digest;
  if (subjectCharacters > MAX_SUBJECT) {
    warnings.push({
      pointer: '/subject',
      detail: `has ${subjectCharacters} characters, and is cut after ${MAX_SUBJECT}`,
    });
  } else if (subjectCharacters > SHOWN_SUBJECT) {
    warnings.push({
      pointer: '/subject',
      detail: `has ${subjectCharacters} characters; a phone shows about ${SHOWN_SUBJECT}`,
    });
  }
  if (!edition.preheader?.[language] && !lead?.summary) {
    warnings.push({
      pointer: '/preheader',
      detail:
        'is made from other words of the mail, because the first story has no summary and the settings of the edition have no preheader',
    });
  }
  return warnings;
}

function sizeWarnings({ edition, leftOut, digest }: Composed): Warning[] {
  const warnings: Warning[] = [];
  if (digest.dropped > 0) {
    warnings.push({
      pointer: '/html',
      detail: `lacks the last ${digest.dropped} of the stories: with them it would have more than ${MAX_HTML} bytes, and Gmail cuts off a mail after 102400 bytes. The text part and the web version have all stories`,
    });
  }
  if (leftOut.length > 0) {
    const { max, mostRecent } = edition.stories;
    warnings.push({
      pointer: '/leftOut',
      detail: `has ${leftOut.length}: an issue takes ${max} stories${mostRecent > 0 ? ` and the headlines of ${mostRecent} more` : ''} in each language, and no later issue takes the stories that it leaves out`,
    });
  }
  return warnings;
}

function sponsorWarnings({ edition, scheduledAt }: Composed): Warning[] {
  const { sponsor } = edition;
  if (!sponsor || sponsorOn(edition, scheduledAt)) return [];
  const days = [sponsor.from && `from ${sponsor.from}`, sponsor.until && `until ${sponsor.until}`];
  return [
    { detail: `the sponsor, ${sponsor.name}, is left out: it is booked ${days.filter(Boolean).join(' ')}` },
  ];
}

function storyWarnings(story: Article, leads: boolean, { scheduledAt, baseUrl }: Composed): string[] {
  const { id, image, summary } = story;
  const warnings: string[] = [];
  const warn = (detail: string) => warnings.push(`"${id}" ${detail}`);
  if (!isPublic(story, scheduledAt)) warn('is not public yet: an issue would not have it now');
  if (story.newsletter === 'never') warn('has newsletter "never": an issue would not have it');
  if (!summary) warn('has no summary: the mail shows how its text begins');
  if (!mailLink(linkOf(story, baseUrl), ['https:', 'http:']))
    warn('has an address that is too long for a mail: the mail links to our own page of the story');
  if (image && !mailLink(image.url, ['https:'])) {
    warn(
      'is shown without its photo: mail programs take only https, in an address of at most 2048 characters',
    );
  } else if (image && !image.alt.trim()) {
    warn('has a photo without alt (the words that describe it): the mail uses the headline instead');
  } else if (!image && leads) {
    warn('leads without a photo');
  }
  return warnings;
}
