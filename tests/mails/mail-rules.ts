import type { Page } from 'playwright-core';
import { factsOf, type MailFacts } from './mail-facts.ts';

/** A mail as it is sent, with the links of one reader in it. */
export type RuledMail = {
  subject: string;
  html: string;
  text: string;
  headers?: Record<string, string>;
};

/** In bytes. Gmail shows no more than 102,400. */
const MAX_HTML = 95_000;
/** Elements that a mail must not have, because they run, ask for input, or are fetched. */
const FORBIDDEN =
  'script form input button select textarea link iframe object embed video audio svg canvas base'.split(' ');
/** Remains of a template, or of values that were missing. */
const UNFILLED = /%%[A-Z_]+%%|\{\{|\}\}|\{%|%\}|<\/?mj-|\{[a-zA-Z]+\}|\bundefined\b|\bNaN\b|\[object/;

/** Tags of HTML. Other tags are no fault, because an editor may write <sic>. */
const TAG =
  /<\/?(?:p|a|br|div|span|b|i|u|em|strong|h[1-6]|[uo]l|li|table|tr|td|img|html|body|style|!--|!doctype)\b[^<]*>/i;

type Report = (fault: string) => void;

/**
 * Returns every rule that the mail breaks. A mail with `List-Unsubscribe` is a digest, which also has stories and a
 * foot of its own.
 */
export async function mailFaults(page: Page, mail: RuledMail): Promise<string[]> {
  const faults: string[] = [];
  const report: Report = (fault) => faults.push(fault);
  const facts = await factsOf(page, mail.html);
  checkDocument(report, mail, facts);
  checkImages(report, facts);
  checkWhatRuns(report, mail, facts);
  checkTextPart(report, mail, facts);
  checkOutlook(report, mail);
  if (mail.headers?.['List-Unsubscribe']) checkDigest(report, mail, facts);
  return faults;
}

function checkDocument(report: Report, { html, subject, text }: RuledMail, facts: MailFacts): void {
  const bytes = Buffer.byteLength(html);
  if (bytes > MAX_HTML) report(`HTML: ${bytes} bytes`);
  if (!/^<!doctype html>/i.test(html)) report('HTML: no doctype');
  // The title is the subject that readers will see. The subject of a draft or a proof says before it what the mail is.
  if (!facts.title || !subject.replace(/\s+/g, ' ').trim().endsWith(facts.title))
    report(`title: "${facts.title}" is not the subject`);
  if (!facts.lang) report('lang: none');
  if (!['ltr', 'rtl'].includes(facts.dir)) report(`dir: "${facts.dir}"`);
  if (facts.h1.length !== 1) report(`h1: ${facts.h1.length} of them`);
  for (const role of facts.tableRoles) if (role !== 'presentation') report(`table: role "${role}"`);
  for (const [part, content] of Object.entries({ html, subject, text })) {
    const [unfilled] = UNFILLED.exec(content) ?? [];
    if (unfilled) report(`${part}: has "${unfilled}"`);
  }
  for (const name of ['color-scheme', 'supported-color-schemes'])
    if (facts.metas[name] !== 'light dark') report(`meta ${name}: "${facts.metas[name]}"`);
  if (!facts.styles.includes('@media (prefers-color-scheme: dark)')) report('styles: none for the dark');
  const characters = [...facts.preheader].length;
  if (characters < 40 || characters > 90) report(`preheader: ${characters} characters`);
  if (facts.preheader === facts.title) report('preheader: is the subject');
  if (!facts.text.startsWith(facts.preheader)) report('preheader: something comes before it');
}

function checkImages(report: Report, { images }: MailFacts): void {
  for (const { src, alt, width } of images) {
    if (!alt?.trim()) report(`img: no words, ${src}`);
    if (!/^https:\/\/[^\s"<>]+$/.test(src)) report(`img: not https, ${src}`);
    // Outlook takes the size only from the attribute, and needs a whole number of pixels.
    if (!Number.isInteger(width) || width < 1 || width > 600) report(`img: width ${width}, ${src}`);
  }
}

function checkWhatRuns(report: Report, { html }: RuledMail, facts: MailFacts): void {
  for (const name of facts.elements) if (FORBIDDEN.includes(name)) report(`HTML: has a <${name}>`);
  for (const name of facts.attributes) if (name.startsWith('on')) report(`HTML: has ${name}`);
  for (const { href } of facts.links)
    if (!/^https?:\/\/[^\s"<>]+$/.test(href)) report(`link: "${href}" is no address`);
  for (const { text, href } of facts.links) if (!text) report(`link: no words, ${href}`);
  const [fetched] = /@import|url\(|@font-face|\b(?:data|javascript|vbscript):/i.exec(html) ?? [];
  if (fetched) report(`HTML: has ${fetched}`);
}

function checkTextPart(report: Report, { text }: RuledMail, { links }: MailFacts): void {
  if (TAG.test(text)) report('text: has a tag');
  if (/&(?:\w+|#\w+);/.test(text)) report('text: has an entity');
  if (/[^\n\P{Cc}]/u.test(text)) report('text: has a control character');
  const addresses = new Set(text.split(/\s+/));
  for (const { href } of links) {
    const url = href.replace(/&stories=all$/, '');
    if (!addresses.has(url)) report(`text: lacks ${url}`);
  }
}

/**
 * Outlook for Windows draws mails with Word. Word reads what is in its conditional comments and skips what is marked as
 * not for it. What is left must also be a good document, with tables in place of the widths that Word does not know.
 */
function checkOutlook(report: Report, { html }: RuledMail): void {
  const seen = html
    .replace(/<!--\[if !mso[^\]]*\]><!-->[\s\S]*?<!--<!\[endif\]-->/g, '')
    .replace(/<!--\[if (?:mso|\(?gte mso|lte mso)[^\]]*\]>([\s\S]*?)<!\[endif\]-->/g, '$1');
  for (const name of ['table', 'tr', 'td']) {
    const count = (pattern: string) => seen.match(new RegExp(pattern, 'g'))?.length ?? 0;
    const [opened, closed] = [count(`<${name}\\b`), count(`</${name}>`)];
    if (opened !== closed) report(`Outlook: ${opened} <${name}>, ${closed} </${name}>`);
  }
  if (!/<table[^>]* width="640"/.test(seen)) report('Outlook: no table of 640 px');
  if (!seen.includes('<o:PixelsPerInch>96</o:PixelsPerInch>')) report('Outlook: no resolution');
  if (!/<style>[^<]*mso-line-height-rule: exactly/.test(seen)) report('Outlook: no rule for line heights');
}

function checkDigest(report: Report, { headers, text }: RuledMail, facts: MailFacts): void {
  const [, unsubscribe = ''] = /^<(https:\/\/[^>,\s]+)>$/.exec(headers?.['List-Unsubscribe'] ?? '') ?? [];
  if (!unsubscribe) report('List-Unsubscribe: is not one https URL');
  if (headers?.['List-Unsubscribe-Post'] !== 'List-Unsubscribe=One-Click')
    report('List-Unsubscribe-Post: is not one click');
  if (facts.h2.length === 0) report('h2: no story has one');
  const hrefs = facts.links.map(({ href }) => href);
  for (const [what, is] of [
    ['to unsubscribe', (href: string) => href === unsubscribe],
    ['to the preferences', (href: string) => href.includes('/subscriptions/manage?token=')],
    ['to the web version', (href: string) => href.includes('/issues/')],
  ] as const)
    if (!hrefs.some(is)) report(`link: none ${what}`);
  const lastLine = text.trim().split('\n').at(-1) ?? '';
  if (!facts.text.endsWith(lastLine) || !/\d/.test(lastLine))
    report('postal address: not at the end of both parts');
}
