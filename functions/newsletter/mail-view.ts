import type { MailStory } from './mail-story.ts';

/** What the HTML and the text of a digest are both made of. Plain text, to be escaped where it lands. */
export type DigestView = {
  publication: string;
  edition: string;
  date: string;
  lead: MailStory;
  stories: MailStory[];
  sponsor: { label: string; name: string; text: string; url: string } | undefined;
  footer: { why: string; links: { text: string; url: string }[]; postalAddress: string };
};

/** What the HTML and the text of a confirmation are both made of. Plain text, to be escaped where it lands. */
export type ConfirmationView = {
  publication: string;
  title: string;
  intro: string;
  editions: { name: string; description: string }[];
  button: string;
  confirmUrl: string;
  fallback: string;
  ignore: string;
  site: { text: string; url: string };
  postalAddress: string;
};
