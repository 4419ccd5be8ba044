import type { Article } from '../articles/article.ts';
import type { Config } from '../config.ts';
import { type DigestInput, type RenderedMail, renderDigest } from '../mails/render-digest.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { type Clock, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { sha256 } from '../shared/text.ts';
import { type Choice, choiceKey } from '../subscribers/subscriber.ts';
import { type FrozenIssue, type Issue, issueUrl, type Variant } from './issue.ts';
import { storiesFor } from './select-stories.ts';

/** The variants of an issue: the mails that it needs for the choices of its readers. */

export type Composed = Pick<FrozenIssue, 'choices'> & {
  variants: Variant[];
  /** How many choices there was no room for. Readers with such a choice get all stories of their language. */
  leftOut: number;
};

/**
 * The limits of one issue. Readers can make any choice, and a choice is never deleted. With twelve sections and two
 * languages, 8,190 different choices are possible. Within the first two limits an issue fits into its item of the table
 * (400 KB). Within the third, composing ends before its function is stopped after two minutes, even if long mails are
 * rendered several times.
 */
const MAX_VARIANTS = 400;
const MAX_CHOICES = 3000;
const MAX_MILLISECONDS = MINUTE_MILLISECONDS;

/** Returns what stands above the mail in a language. */
type Head = (language: string) => Pick<DigestInput, 'notice' | 'buttons'>;

type VariantServices = { config: Config; templates: Templates; clock: Clock };

/**
 * Returns the choice of all stories for each language of the edition. The web version of an issue shows the mails for
 * these choices.
 */
export function wholeLanguages({ languages }: EditionSettings): Choice[] {
  return languages.map((language) => ({ language, topics: [] }));
}

/** Renders one mail for each list of stories that the readers' choices lead to, as long as there is room. */
export async function renderVariants(
  services: VariantServices,
  edition: EditionSettings,
  issue: Issue,
  stories: Article[],
  readers: Choice[],
  head: Head = () => ({}),
): Promise<Composed> {
  const { publication } = services.config;
  const until = services.clock() + MAX_MILLISECONDS;
  const byStories = new Map<string, Variant>();
  const choices: Record<string, string> = {};
  let placed = 0;
  let leftOut = 0;
  for (const choice of mostImportantFirst(readers)) {
    const language = languageOf(edition, choice);
    const chosen = storiesFor(stories, { ...choice, language }, publication.languages);
    const storyIds = chosen.map(({ id }) => id);
    const list = [language, ...storyIds].join('\n');
    const known = byStories.get(list);
    const isWhole = choice.topics.length === 0;
    const hasNoMail = !known && chosen.length > 0;
    const isFull =
      placed >= MAX_CHOICES || (hasNoMail && (byStories.size >= MAX_VARIANTS || services.clock() > until));
    if (isFull && !isWhole) {
      leftOut += 1;
      continue;
    }
    const variant =
      known ??
      (chosen.length > 0 ? await renderVariant(services, edition, issue, language, chosen, head) : undefined);
    if (variant) byStories.set(list, variant);
    choices[choiceKey(choice)] = variant?.key ?? '';
    placed += 1;
  }
  return { variants: [...byStories.values()], choices, leftOut };
}

/**
 * Sorts the choices for the case that there is no room for all. The choice of all stories comes first for each
 * language, because readers whose choice is left out get that mail. Then come choices with few topics, so that somebody
 * who ticks topics in every combination does not crowd out readers who ticked what they read.
 */
function mostImportantFirst(readers: Choice[]): Choice[] {
  const whole = [...new Set(readers.map(({ language }) => language))].map((language) => ({
    language,
    topics: [],
  }));
  const chosen = readers.filter(({ topics }) => topics.length > 0);
  return [...whole, ...chosen.toSorted((one, other) => one.topics.length - other.topics.length)];
}

/** Returns the language in which a reader gets the edition. */
export function languageOf({ languages }: EditionSettings, choice: Choice): string {
  return languages.includes(choice.language) ? choice.language : (languages[0] ?? choice.language);
}

/**
 * A stand-in for the variant's key in links to the web version. The key is made from the rendered mail, so the mail is
 * rendered with this text first.
 */
const KEY = 'variant=00-000000000000';

/**
 * Renders a variant. Its key is made from its content. Two processes may compose the same issue at the same time, with
 * an edit of a story between them. Their mails then have different keys, and neither overwrites the other.
 */
async function renderVariant(
  { config, templates }: VariantServices,
  edition: EditionSettings,
  issue: Issue,
  language: string,
  stories: Article[],
  head: Head,
): Promise<Variant> {
  const { publication, baseUrl } = config;
  const { subject, html, text } = await renderDigest({
    publication,
    edition,
    language,
    issue,
    stories: stories.slice(0, edition.stories.max),
    mostRecent: stories.slice(edition.stories.max),
    ...head(language),
    baseUrl,
    webUrl: `${issueUrl(issue, baseUrl)}?${KEY}`,
    templates,
  });
  const key = `${language}-${contentHash({ subject, html, text })}`;
  const withKey = (mail: string) => mail.replaceAll(KEY, `variant=${key}`);
  return {
    key,
    language,
    storyIds: stories.map(({ id }) => id),
    subject,
    html: withKey(html),
    text: withKey(text),
  };
}

function contentHash({ subject, html, text }: Pick<RenderedMail, 'subject' | 'html' | 'text'>): string {
  return sha256(JSON.stringify([subject, html, text])).slice(0, 12);
}
