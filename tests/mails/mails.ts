import type { Article } from '../../functions/articles/article.ts';
import { personalise } from '../../functions/mails/placeholders.ts';
import { type ConfirmationInput, renderConfirmation } from '../../functions/mails/render-confirmation.ts';
import { type DigestInput, renderDigest } from '../../functions/mails/render-digest.ts';
import { type LetterInput, renderLetter } from '../../functions/mails/render-letter.ts';
import { anArticle } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { SHIPPED_TEMPLATES } from '../support/templates.ts';

export const templates = SHIPPED_TEMPLATES;
export const { publication } = testConfig();
const [daily] = publication.editions;
if (!daily) throw new Error('the settings have no edition');

/** Returns the input of a digest of the daily edition, which has a sponsor, at half past seven in New York. */
export function digestInput(fields: Partial<DigestInput> = {}): DigestInput {
  return {
    publication,
    edition: daily as DigestInput['edition'],
    language: 'en',
    issue: { edition: 'daily', slot: '2026-11-22-0730', scheduledAt: '2026-11-22T12:30:00.000Z' },
    stories: stories(8),
    baseUrl: 'https://news.example',
    webUrl: 'https://news.example/issues/daily/2026-11-22-0730?variant=en-1',
    templates,
    ...fields,
  };
}

export function aDigest(fields: Partial<DigestInput> = {}) {
  return renderDigest(digestInput(fields));
}

export function aConfirmation(fields: Partial<ConfirmationInput> = {}) {
  return renderConfirmation({
    publication,
    editions: publication.editions,
    language: 'en',
    confirmUrl: 'https://news.example/subscriptions/confirm?token=c2lnbi11cC0x.c2lnbmF0dXJl',
    baseUrl: 'https://news.example',
    postalAddress: 'The Lakeside Courier, 3 Mill Lane, Lakeville, VT 05001, USA',
    templates,
    ...fields,
  });
}

/** Renders a letter with everything that a letter can have. */
export function aLetter(fields: Partial<LetterInput> = {}) {
  return renderLetter({
    publication,
    language: 'en',
    subject: 'Your newsletters of The Lakeside Courier',
    preheader: 'You asked us for the page where you choose what you get.',
    title: 'Manage your subscriptions',
    intro: 'You asked for the page where you choose which newsletters you get.',
    facts: [{ name: 'First Light', text: 'In English, about Harbour and Culture' }],
    buttons: [
      { text: 'Open the page', url: 'https://news.example/subscriptions/manage?token=cmVhZGVyLTE.c2ln&x=1' },
      { text: 'Leave all newsletters', url: 'https://news.example/unsubscribe?token=YWxs.c2ln' },
    ],
    ignore: 'If it was not you, ignore this mail: nobody else has the link.',
    why: 'You get this mail because somebody entered your address on our page.',
    links: [{ text: 'Change what you get', url: 'https://news.example/subscriptions/manage?token=a.b' }],
    baseUrl: 'https://news.example',
    postalAddress: 'The Lakeside Courier, 3 Mill Lane, Lakeville, VT 05001, USA',
    templates,
    ...fields,
  });
}

/** Returns a story with everything that a digest shows of a story. */
export function aStory(fields: Partial<Article> = {}): Article {
  return anArticle({
    url: 'https://paper.example/ferry',
    summary: 'The first boat left at dawn with forty commuters and a brass band.',
    image: {
      url: 'https://images.example/ferry.jpg?w=1200&fit=crop',
      alt: 'A white ferry, gulls above',
      caption: 'The Sea Lark leaves the north pier.',
      credit: 'Mara Obi',
      width: 1200,
      height: 800,
    },
    ...fields,
  });
}

/** Returns the lead and other stories. Every second story has no photo. */
export function stories(count: number, fields: Partial<Article> = {}): Article[] {
  return Array.from({ length: count }, (_, n) => {
    const { image, ...story } = aStory({
      id: `story-${n + 1}`,
      title: `Headline ${n + 1}`,
      url: `https://paper.example/story-${n + 1}`,
    });
    return { ...story, ...(n % 2 === 0 && image && { image }), ...fields };
  });
}

/** Fills in the placeholders of a frozen mail with the longest links that there are. */
export function personal(frozen: string): string {
  return personalise(frozen, {
    unsubscribe: `https://news.example/unsubscribe?token=${'u'.repeat(300)}`.slice(0, 300),
    preferences: `https://news.example/subscriptions/manage?token=${'p'.repeat(300)}`.slice(0, 300),
  });
}
