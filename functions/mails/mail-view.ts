/**
 * The content of mails, as plain text and URLs. The HTML and the text part of a mail are both made from it, and each
 * escapes the texts in its own way.
 */

/** The content of a digest, which is the mail of an issue. */
export type DigestView = {
  /** A line above everything else, with the buttons below it. Both are empty in the mails that readers get. */
  notice: string;
  buttons: MailLink[];
  publication: string;
  logo: MailLogo | undefined;
  edition: string;
  date: string;
  /** A line under the masthead that greets a reader who gets their first issue. It may be empty. */
  greeting: string;
  lead: MailStory;
  relatedLabel: string;
  /** The other stories in their order: one group without a name, or a group for each section. */
  groups: StoryGroup[];
  mostRecent: { label: string; stories: { headline: string; url: string }[] };
  sponsor: { label: string; name: string; text: string; url: string } | undefined;
  footer: MailFooter;
};

/** A story as a mail shows it. */
export type MailStory = {
  url: string;
  section: string;
  headline: string;
  dek: string;
  byline: string;
  photo: MailPhoto | undefined;
  /** Links to what else to read. The mail shows them only with the lead. */
  related: MailLink[];
};

export type MailPhoto = {
  url: string;
  alt: string;
  caption: string;
  credit: string;
  /** The size of the photo if its story is the lead. */
  lead: Size;
  /** The size of the photo beside one of the other stories. */
  beside: Size;
};

/** Pixels. The height is absent if the size of the photo is not known. */
export type Size = { width: number; height?: number };

export type StoryGroup = { name: string; stories: MailStory[] };

/** A picture that stands in place of the publication's name. Its size is in pixels. */
export type MailLogo = { url: string; width: number; height: number };

/** The content of a letter, which is a mail to one person about one thing. */
export type LetterView = {
  publication: string;
  logo: MailLogo | undefined;
  title: string;
  intro: string;
  facts: { name: string; text: string }[];
  buttons: LetterButton[];
  /** Says what to do if somebody else asked for the letter. It may be empty. */
  ignore: string;
  footer: MailFooter;
};

/** `fallback` introduces the button's address, for a reader whose mail program does not show the button. */
export type LetterButton = MailLink & { fallback: string };

/** `why` says why the reader gets the mail. It is empty if the other texts of the mail say that. */
export type MailFooter = { why: string; links: MailLink[]; postalAddress: string };

export type MailLink = { text: string; url: string };
