import { Liquid } from 'liquidjs';
import mjml2html from 'mjml';
import { directionOf, type Templates } from '../shared/locale.ts';
import type { DigestView, LetterView, MailStory } from './mail-view.ts';
import { LINK_PLACEHOLDERS, MAX_LINK_BYTES } from './placeholders.ts';

/** What every mail's template has; `values` of its own come on top. */
export type MailPage = {
  template: string;
  language: string;
  subject: string;
  preheader: string;
  values: object;
};

/**
 * Liquid, then MJML. Liquid escapes whatever it puts out, which is right for text, attributes and URLs that are checked:
 * MJML escapes nothing and decodes nothing. `mj-include` stays off, since a path in it could leave the folder.
 */
export async function renderMail(templates: Templates, page: MailPage): Promise<string> {
  const { template, language, subject, preheader, values } = page;
  const liquid = new Liquid({
    templates: templates.mjml,
    outputEscape: 'escape',
    strictVariables: true,
    lenientIf: true,
    strictFilters: true,
    ownPropertyOnly: true,
  });
  const direction = directionOf(language);
  const source: string = await liquid.renderFile(template, {
    ...values,
    language,
    direction,
    start: direction === 'ltr' ? 'left' : 'right',
    end: direction === 'ltr' ? 'right' : 'left',
    subject,
    preheader,
  });
  const { html } = await mjml2html(source, { validationLevel: 'strict', keepComments: false, fonts: {} });
  return withoutIndentation(html);
}

/** A third of what MJML writes is indentation. No text of an editor has a line break in it. */
function withoutIndentation(html: string): string {
  return html.replace(/\s*\n\s*/g, '\n').trim();
}

/** Bytes of a mail once each reader's own links are in it. */
export function personalBytes(frozen: string): number {
  const growth = LINK_PLACEHOLDERS.map(
    (token) => (frozen.split(token).length - 1) * (MAX_LINK_BYTES - token.length),
  );
  return Buffer.byteLength(frozen) + growth.reduce((sum, bytes) => sum + bytes, 0);
}

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
