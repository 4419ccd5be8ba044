import { dayAndTime, phrasesIn, type Templates } from '../locale.ts';
import type { EditionSettings } from '../settings.ts';
import type { DigestInput } from './compose-digest.ts';
import type { Issue } from './issue.ts';
import { APPROVE_TOKEN, HOLD_TOKEN } from './tokens.ts';

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
