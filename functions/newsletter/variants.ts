import { createHash } from 'node:crypto';
import type { Article } from '../articles/article.ts';
import type { Config } from '../config.ts';
import { type DigestInput, type RenderedMail, renderDigest } from '../mails/render-digest.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { type Clock, MINUTE_MILLISECONDS } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { type Choice, choiceKey } from '../subscribers/subscriber.ts';
import { type FrozenIssue, type Issue, issueUrl, type Variant } from './issue.ts';
import { storiesFor } from './select-stories.ts';

export type Composed = Pick<FrozenIssue, 'choices'> & {
  variants: Variant[];
  /** Choices that there was no room for: their readers get all of their language. */
  leftOut: number;
};

/**
 * Choices are what readers send us, and none is ever taken away: with twelve sections and two languages there are 8,190.
 * Within these an issue fits into its item (400 KB), whatever they are, and is composed while its function has time (two
 * minutes): a mail that is too long is rendered several times.
 */
const MAX_VARIANTS = 400;
const MAX_CHOICES = 3000;
const MAX_MILLISECONDS = MINUTE_MILLISECONDS;

/** What stands above the mail in a language. */
type Head = (language: string) => Pick<DigestInput, 'notice' | 'buttons'>;

type VariantServices = { config: Config; templates: Templates; clock: Clock };

/** Every reader of a language, whatever they chose: also the web version. */
export function wholeLanguages({ languages }: EditionSettings): Choice[] {
  return languages.map((language) => ({ language, topics: [] }));
}

/** One mail for each other story list that the choices come to, as far as there is room. */
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
  for (const choice of inOrder(readers)) {
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
 * All of each language first, which is what planning gives to those who are left out; then those who chose the fewest
 * topics: who ticks them in every combination stands behind those who ticked what they read.
 */
function inOrder(readers: Choice[]): Choice[] {
  const whole = [...new Set(readers.map(({ language }) => language))].map((language) => ({
    language,
    topics: [],
  }));
  const chosen = readers.filter(({ topics }) => topics.length > 0);
  return [...whole, ...chosen.toSorted((one, other) => one.topics.length - other.topics.length)];
}

/** The language of the edition in which a reader gets it. */
export function languageOf({ languages }: EditionSettings, choice: Choice): string {
  return languages.includes(choice.language) ? choice.language : (languages[0] ?? choice.language);
}

/** Stands for the key in the links to the web version, as long as the key is not known. */
const KEY = 'variant=00-000000000000';

/**
 * A variant has its key from its content: two who compose the same issue at once, between whom a story was edited, do not
 * write over each other's mails.
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
  return createHash('sha256')
    .update(JSON.stringify([subject, html, text]))
    .digest('hex')
    .slice(0, 12);
}
