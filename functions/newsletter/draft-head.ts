import type { DigestInput } from '../mails/compose-digest.ts';
import { APPROVE_TOKEN, HOLD_TOKEN } from '../mails/placeholders.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { dayAndTime, phrasesIn, type Templates } from '../shared/locale.ts';
import type { Issue } from './issue.ts';

/** What stands above a draft: that it is one, what will become of it, and the links that decide it. */
export function draftHead(
  templates: Templates,
  { timeZone }: EditionSettings,
  { review, composition }: Issue,
): (language: string) => Pick<DigestInput, 'notice' | 'buttons'> {
  return (language) => {
    const phrases = phrasesIn(templates, language);
    const time = review ? dayAndTime(review.releaseAt, language, timeZone) : '';
    const fate = phrases(review?.otherwise === 'hold' ? 'mail.review.hold' : 'mail.review.send', { time });
    return {
      notice: composition > 0 ? `${phrases('mail.review.changed')} ${fate}` : fate,
      buttons: [
        { text: phrases('mail.review.approveButton'), url: APPROVE_TOKEN },
        { text: phrases('mail.review.holdButton'), url: HOLD_TOKEN },
      ],
    };
  };
}
