import { Liquid } from 'liquidjs';
import mjml2html from 'mjml';
import { directionOf, type Templates } from '../shared/locale.ts';
import type { DigestView, LetterView, MailFooter, MailStory } from './mail-view.ts';
import { LINK_PLACEHOLDERS, MAX_LINK_BYTES } from './placeholders.ts';

/** These functions make the two parts of every mail: the HTML from a template, and the plain text. */

/** What a template needs. `values` are the values that only this template has. */
export type MailPage = {
  template: string;
  language: string;
  subject: string;
  preheader: string;
  values: object;
};

/**
 * Renders the HTML of a mail with Liquid and then MJML. Liquid escapes every value, which is right for text, for
 * attributes and for URLs that were checked. MJML neither escapes nor decodes. `mj-include` stays switched off, because
 * a path in it could lead out of the folder of templates.
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

/**
 * Removes the indentation, which is a third of what MJML writes. Texts of editors have no line breaks, so they stay
 * whole.
 */
function withoutIndentation(html: string): string {
  return html.replace(/\s*\n\s*/g, '\n').trim();
}

/** Returns the most bytes that a mail can have when a reader's own links replace the placeholders. */
export function personalBytes(frozen: string): number {
  const growth = LINK_PLACEHOLDERS.map(
    (placeholder) => (frozen.split(placeholder).length - 1) * (MAX_LINK_BYTES - placeholder.length),
  );
  return Buffer.byteLength(frozen) + growth.reduce((sum, bytes) => sum + bytes, 0);
}

const RULE = '-'.repeat(40);

/**
 * Writes the text part of a digest. The text is not made from the HTML, so nothing in it has to be decoded. It has all
 * stories, also those that the HTML had no room for.
 */
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
    ...footerBlocks(footer),
  ]);
}

function storyLines({ section, headline, dek, url }: MailStory): string[] {
  return [section, headline, dek, url].filter(Boolean);
}

/** Writes the text part of a letter. */
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
    ...footerBlocks(footer),
  ]);
}

function footerBlocks({ why, links, postalAddress }: MailFooter): string[][] {
  return [[RULE], [why], links.map(({ text, url }) => `${text}: ${url}`), [postalAddress]];
}

/** Joins blocks of lines with a blank line between them, without those that are empty. */
function blocks(all: string[][]): string {
  const filled = all.map((lines) => lines.filter(Boolean).join('\n')).filter(Boolean);
  return `${filled.join('\n\n')}\n`;
}
