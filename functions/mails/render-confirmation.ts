import { type EditionSettings, inLanguage, type Publication } from '../settings/publication.ts';
import { phrasesIn, type Templates } from '../shared/locale.ts';
import type { RenderedMail } from './render-digest.ts';
import { renderLetter } from './render-letter.ts';

export type ConfirmationInput = {
  publication: Publication;
  /** The editions that were asked for. */
  editions: EditionSettings[];
  language: string;
  confirmUrl: string;
  /** The link to the reader's preferences, if the address is subscribed already. */
  manageUrl?: string | undefined;
  baseUrl: string;
  postalAddress: string;
  templates: Templates;
};

/**
 * Renders the mail that asks somebody to confirm a sign-up (double opt-in). The button in the mail opens a page. The
 * address is subscribed only when the button on that page is pressed too.
 */
export function renderConfirmation(input: ConfirmationInput): Promise<RenderedMail> {
  const { publication, editions, language, confirmUrl, manageUrl, templates } = input;
  const phrases = phrasesIn(templates, language);
  const setting = (texts: Record<string, string>) => inLanguage(texts, language, publication);
  const name = setting(publication.name);
  return renderLetter({
    ...input,
    subject: phrases('mail.confirm.subject', { publication: name }),
    preheader: phrases('mail.confirm.preheader'),
    title: phrases('mail.confirm.title'),
    intro: phrases(manageUrl ? 'mail.known.intro' : 'mail.confirm.intro', { publication: name }),
    facts: editions.map((edition) => ({
      name: setting(edition.name),
      text: setting(edition.description),
    })),
    buttons: [
      { text: phrases('mail.confirm.button'), url: confirmUrl },
      ...(manageUrl ? [{ text: phrases('mail.known.manage'), url: manageUrl }] : []),
    ],
    ignore: phrases('mail.confirm.ignore'),
  });
}
