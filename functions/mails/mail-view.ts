/** What the HTML and the text of a digest are both made of. Plain text, to be escaped where it lands. */
export type DigestView = {
  /** Above everything else, with what to do about it; empty in the mails that readers get. */
  notice: string;
  buttons: MailLink[];
  publication: string;
  logo: MailLogo | undefined;
  edition: string;
  date: string;
  /** Under the masthead: a word to whom the mail is the first. Or empty. */
  greeting: string;
  lead: MailStory;
  relatedLabel: string;
  /** The other stories in their order: one group without a name, or one for each section. */
  groups: StoryGroup[];
  mostRecent: { label: string; stories: { headline: string; url: string }[] };
  sponsor: { label: string; name: string; text: string; url: string } | undefined;
  footer: MailFooter;
};

/** A story as a mail shows it. Plain text and URLs, to be escaped where they land. */
export type MailStory = {
  url: string;
  section: string;
  headline: string;
  dek: string;
  byline: string;
  photo: MailPhoto | undefined;
  /** What to read besides; shown with the lead alone. */
  related: MailLink[];
};

export type MailPhoto = {
  url: string;
  alt: string;
  caption: string;
  credit: string;
  /** At the head of the mail, and beside a story of the list. */
  lead: Size;
  beside: Size;
};

/** Pixels. The height of a photo whose size nobody told is unknown. */
export type Size = { width: number; height?: number };

export type StoryGroup = { name: string; stories: MailStory[] };

/** Stands for the publication's name. Pixels. */
export type MailLogo = { url: string; width: number; height: number };

/** What the HTML and the text of a letter are both made of. Plain text, to be escaped where it lands. */
export type LetterView = {
  publication: string;
  logo: MailLogo | undefined;
  title: string;
  intro: string;
  facts: { name: string; text: string }[];
  buttons: LetterButton[];
  /** Empty: there is nothing to ignore. */
  ignore: string;
  footer: MailFooter;
};

/** `fallback` is said before the address, to whom the button does not work. */
export type LetterButton = MailLink & { fallback: string };

/** `why` the mail comes, or nothing where that is what the mail itself says. */
export type MailFooter = { why: string; links: MailLink[]; postalAddress: string };

export type MailLink = { text: string; url: string };
