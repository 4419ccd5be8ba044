import { Liquid } from 'liquidjs';
import mjml2html from 'mjml';
import { directionOf, type Templates } from '../shared/locale.ts';
import { LINK_TOKENS, MAX_LINK_BYTES } from './placeholders.ts';

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
  const growth = LINK_TOKENS.map(
    (token) => (frozen.split(token).length - 1) * (MAX_LINK_BYTES - token.length),
  );
  return Buffer.byteLength(frozen) + growth.reduce((sum, bytes) => sum + bytes, 0);
}
