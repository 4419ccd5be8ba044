import { phrasesIn, type Templates } from '../locale.ts';
import { type EditionSettings, inLanguage, type Publication } from '../settings.ts';
import type { ComposedMail } from './compose-digest.ts';
import { confirmationText } from './mail-text.ts';
import type { ConfirmationView } from './mail-view.ts';
import { mailLine } from './mail-words.ts';
import { preheaderOf } from './preheader.ts';
import { renderMail } from './render-mail.ts';

export type ConfirmationInput = {
  publication: Publication;
  /** What was asked for. */
  editions: EditionSettings[];
  language: string;
  confirmUrl: string;
  baseUrl: string;
  postalAddress: string;
  templates: Templates;
};

/** Characters. */
const MAX_SUBJECT = 150;
const MAX_SETTING = 300;

/** The mail of a double opt-in: nobody is a subscriber before its button is pressed, and again on the page behind it. */
export async function composeConfirmation(input: ConfirmationInput): Promise<ComposedMail> {
  const { publication, editions, language, confirmUrl, baseUrl, templates } = input;
  const phrases = phrasesIn(templates, language);
  const setting = (texts: Record<string, string>) =>
    mailLine(inLanguage(texts, language, publication), MAX_SETTING);
  const name = setting(publication.name);
  const view: ConfirmationView = {
    publication: name,
    title: phrases('mail.confirm.title'),
    intro: phrases('mail.confirm.intro', { publication: name }),
    editions: editions.map((edition) => ({
      name: setting(edition.name),
      description: setting(edition.description),
    })),
    button: phrases('mail.confirm.button'),
    confirmUrl,
    fallback: phrases('mail.confirm.fallback'),
    ignore: phrases('mail.confirm.ignore'),
    site: { text: name, url: `${baseUrl}/` },
    postalAddress: mailLine(input.postalAddress, MAX_SETTING),
  };
  const subject = mailLine(phrases('mail.confirm.subject', { publication: name }), MAX_SUBJECT);
  const preheader = preheaderOf(subject, [phrases('mail.confirm.preheader')], view.ignore);
  const html = await renderMail(templates, {
    template: 'confirmation',
    language,
    subject,
    preheader,
    values: view,
  });
  return { subject, preheader, html, text: confirmationText(view) };
}
