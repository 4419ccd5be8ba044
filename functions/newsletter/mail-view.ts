import type { MailStory } from './mail-story.ts';

/** What the HTML and the text of a digest are both made of. Plain text, to be escaped where it lands. */
export type DigestView = {
  publication: string;
  edition: string;
  date: string;
  lead: MailStory;
  stories: MailStory[];
  sponsor: { label: string; name: string; text: string; url: string } | undefined;
  footer: MailFooter;
};

/** What the HTML and the text of a letter are both made of. Plain text, to be escaped where it lands. */
export type LetterView = {
  publication: string;
  title: string;
  intro: string;
  facts: { name: string; text: string }[];
  /** `fallback` is said before the button's address, for whom the button does not work. */
  buttons: { text: string; url: string; fallback: string }[];
  /** Empty: there is nothing to ignore. */
  ignore: string;
  footer: MailFooter;
};

/** `why` the mail comes, or nothing where that is what the mail itself says. */
export type MailFooter = { why: string; links: MailLink[]; postalAddress: string };

export type MailLink = { text: string; url: string };
