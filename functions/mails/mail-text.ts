import type { DigestView, LetterView, MailStory } from './mail-view.ts';

/** The plain-text parts. They are written, not made from the HTML: whatever is in them is text, and a `<` is a `<`. */

const RULE = '-'.repeat(40);

/** Every story is here, those too that the HTML had no room for. */
export function digestText(view: DigestView): string {
  const { lead, groups, mostRecent, sponsor, footer } = view;
  return blocks([
    [view.notice, ...view.buttons.map(({ text, url }) => `${text}: ${url}`)],
    [view.publication, view.edition, view.date],
    [RULE],
    [view.greeting],
    storyLines(lead),
    ...(lead.related.length > 0 ? [[`${view.relatedLabel}:`]] : []),
    ...lead.related.map(({ text, url }) => [text, url]),
    ...groups.flatMap(({ name, stories }) => [...(name ? [[RULE], [name]] : []), ...stories.map(storyLines)]),
    ...(mostRecent.stories.length > 0 ? [[RULE], [mostRecent.label]] : []),
    ...mostRecent.stories.map(({ headline, url }) => [headline, url]),
    ...(sponsor ? [[RULE], [`${sponsor.label}: ${sponsor.name}`, sponsor.text, sponsor.url]] : []),
    [RULE],
    [footer.why],
    footer.links.map(({ text, url }) => `${text}: ${url}`),
    [footer.postalAddress],
  ]);
}

function storyLines({ section, headline, dek, url }: MailStory): string[] {
  return [section, headline, dek, url].filter(Boolean);
}

export function letterText({
  publication,
  title,
  intro,
  facts,
  buttons,
  ignore,
  footer,
}: LetterView): string {
  return blocks([
    [publication],
    [RULE],
    [title],
    [intro],
    ...facts.map(({ name, text }) => [name, text]),
    ...buttons.map(({ text, url }) => [`${text}:`, url]),
    [ignore],
    [RULE],
    [footer.why],
    footer.links.map(({ text, url }) => `${text}: ${url}`),
    [footer.postalAddress],
  ]);
}

function blocks(all: string[][]): string {
  const filled = all.map((lines) => lines.filter(Boolean).join('\n')).filter(Boolean);
  return `${filled.join('\n\n')}\n`;
}
