import { inLanguage, type Publication } from '../settings/publication.ts';
import { phrasesIn, type Templates } from '../shared/locale.ts';
import { MAX_SUBJECT } from './mail-subject.ts';
import type { LetterView, MailLink } from './mail-view.ts';
import { headerLine, mailLine, mailLogo } from './mail-words.ts';
import { preheaderOf } from './preheader.ts';
import type { RenderedMail } from './render-digest.ts';
import { letterText, renderMail } from './render-mail.ts';

/** A mail to one person about one thing. Its texts are plain text in `language`. They are cut if they are too long. */
export type LetterInput = {
  publication: Publication;
  language: string;
  subject: string;
  /** 40 to 90 characters. A shorter preheader is filled up with `ignore` or `intro`. */
  preheader: string;
  title: string;
  intro: string;
  /** What the letter is about, as a list, such as newsletters with their descriptions. */
  facts?: { name: string; text: string }[];
  /** What the person can do. The most usual button comes first. The URLs are absolute. */
  buttons?: MailLink[];
  /** Says what to do if somebody else asked for the letter. */
  ignore?: string;
  /** Says why the person gets the mail, if its other texts do not say that. */
  why?: string;
  /** Links at the foot of the mail, after the link to the publication. */
  links?: MailLink[];
  baseUrl: string;
  postalAddress: string;
  templates: Templates;
};

/** The most characters of a name, and of a longer text. */
const MAX_NAME = 200;
const MAX_TEXT = 600;

/** Renders a letter. The same input always gives the same bytes. */
export async function renderLetter(input: LetterInput): Promise<RenderedMail> {
  const { templates, language } = input;
  const view = letterView(input);
  const subject = headerLine(input.subject, MAX_SUBJECT);
  const preheader = preheaderOf(
    subject,
    [mailLine(input.preheader, MAX_TEXT), view.ignore, view.intro],
    phrasesIn(templates, language)('mail.letter.preheader', { publication: view.publication }),
  );
  const html = await renderMail(templates, {
    template: 'letter',
    language,
    subject,
    preheader,
    values: view,
  });
  return { subject, preheader, html, text: letterText(view) };
}

function letterView(input: LetterInput): LetterView {
  const { publication, language, baseUrl, templates, facts = [], buttons = [], links = [] } = input;
  const phrases = phrasesIn(templates, language);
  const name = mailLine(inLanguage(publication.name, language, publication), MAX_NAME);
  return {
    publication: name,
    logo: mailLogo(publication),
    title: mailLine(input.title, MAX_NAME),
    intro: mailLine(input.intro, MAX_TEXT),
    facts: facts.map((fact) => ({
      name: mailLine(fact.name, MAX_NAME),
      text: mailLine(fact.text, MAX_TEXT),
    })),
    buttons: buttons.map(({ text, url }) => {
      const button = mailLine(text, MAX_NAME);
      return { text: button, url, fallback: phrases('mail.letter.fallback', { button }) };
    }),
    ignore: mailLine(input.ignore ?? '', MAX_TEXT),
    footer: {
      why: mailLine(input.why ?? '', MAX_TEXT),
      links: [
        { text: name, url: `${baseUrl}/` },
        ...links.map(({ text, url }) => ({ text: mailLine(text, MAX_NAME), url })),
      ],
      postalAddress: mailLine(input.postalAddress, MAX_TEXT),
    },
  };
}
