import { describe, expect, test } from 'vitest';
import { usePage } from '../browser/chromium.ts';
import { KINDS, LANGUAGES } from './every-mail.ts';
import { mailFaults, type RuledMail } from './mail-rules.ts';

/** The rules that every mail must keep. Mails that break them show first that the checker finds the faults. */

const page = usePage();

describe.each(LANGUAGES)('in the language %s', (language) => {
  test.each(Object.entries(KINDS))('a %s keeps every rule', async (_, compose) => {
    expect(await mailFaults(page(), await compose(language))).toEqual([]);
  });
});

const html = (change: (html: string) => string) => (mail: RuledMail) => ({
  ...mail,
  html: change(mail.html),
});
const text = (change: (text: string) => string) => (mail: RuledMail) => ({
  ...mail,
  text: change(mail.text),
});
const headers = (change: Record<string, string>) => (mail: RuledMail) => ({
  ...mail,
  headers: { ...mail.headers, ...change },
});
const replaced = (what: string | RegExp, by: string) => html((source) => source.replace(what, by));

describe('the checker reports', () => {
  test.each<[rule: string, change: (mail: RuledMail) => RuledMail, fault: string]>([
    ['a mail that is too big', html((source) => source + ' '.repeat(95_000)), 'HTML: 1'],
    ['a missing doctype', replaced(/<!doctype html>/i, ''), 'HTML: no doctype'],
    ['a title that is not the subject', replaced(/<title>[^<]*/, '<title>'), 'title: "" is not the subject'],
    ['a missing language', replaced('<html lang="en"', '<html'), 'lang: none'],
    ['a missing direction', replaced('dir="ltr"', ''), 'dir: ""'],
    ['a second h1', replaced('<h2', '<h1>More</h1><h2'), 'h1: 2 of them'],
    [
      'a table that is not for layout',
      replaced('role="presentation" width="100%"', 'width="100%"'),
      'table: role "null"',
    ],
    ['an unfilled link placeholder', replaced('By Ana Ruiz', '%%NAME%%'), 'html: has "%%NAME%%"'],
    ['an unfilled text placeholder', text((words) => `${words}{edition}`), 'text: has "{edition}"'],
    ['a missing value', replaced('By Ana Ruiz', 'By undefined'), 'html: has "undefined"'],
    [
      'a missing colour scheme',
      replaced('name="color-scheme"', 'name="x"'),
      'meta color-scheme: "undefined"',
    ],
    [
      'missing styles for dark mode',
      replaced('prefers-color-scheme: dark', 'print'),
      'styles: none for the dark',
    ],
    ['a short preheader', replaced('with forty commuters and a brass band', ''), 'preheader: 29 characters'],
    ['a long preheader', replaced('The first boat', `The ${'very '.repeat(9)}first boat`), 'preheader: 111'],
    [
      'an image without alternative text',
      replaced('alt="A white ferry, gulls above"', 'alt=" "'),
      'img: no words',
    ],
    ['an image over http', replaced('src="https:', 'src="http:'), 'img: not https'],
    ['an image that is too wide', replaced('width="600"', 'width="601"'), 'img: width 601'],
    ['an image without a width', replaced('width="600"', ''), 'img: width 0'],
    ['a script', replaced('</body>', '<script></script></body>'), 'HTML: has a <script>'],
    ['a form', replaced('</body>', '<form></form></body>'), 'HTML: has a <form>'],
    ['a style sheet', replaced('</body>', '<link rel="stylesheet" href="https://a.example">'), 'a <link>'],
    ['an event handler', replaced('<h1', '<h1 onclick="x()"'), 'HTML: has onclick'],
    ['a data: URL', replaced('</body>', '<p style="background:url(data:image/png,)">'), 'HTML: has url('],
    ['a link that runs a script', replaced('href="https:', 'href="javascript:'), 'link: "javascript:'],
    ['a link without words', replaced('>Unsubscribe<', '><'), 'link: no words'],
    ['a tag in the text', text((words) => `${words}<br>`), 'text: has a tag'],
    ['an entity in the text', text((words) => `${words}&amp;`), 'text: has an entity'],
    ['a control character in the text', text((words) => `${words}\r\n`), 'text: has a control character'],
    [
      'a story that the text lacks',
      text((words) => words.replaceAll('/story-1?', '/x?')),
      'text: lacks https://paper',
    ],
    [
      'missing tables for Outlook',
      html((source) => source.replaceAll(/<!--\[if mso \| IE\]>.*?-->/g, '')),
      'Outlook: no table',
    ],
    [
      'a table for Outlook that is not closed',
      replaced('<!--[if mso | IE]></td></tr></table><![endif]-->', ''),
      'Outlook: ',
    ],
    [
      'missing comments for Outlook',
      html((source) => source.replaceAll(/<!--[\s\S]*?-->/g, '')),
      'Outlook: no resolution',
    ],
    [
      'missing line heights for Outlook',
      replaced('mso-line-height-rule: exactly', 'x'),
      'Outlook: no rule for line heights',
    ],
    [
      'a List-Unsubscribe that is no https URL',
      headers({ 'List-Unsubscribe': '<mailto:a@paper.example>' }),
      'is not one https URL',
    ],
    [
      'a List-Unsubscribe-Post that is not one click',
      headers({ 'List-Unsubscribe-Post': '' }),
      'List-Unsubscribe-Post: is not one click',
    ],
    [
      'a missing link to unsubscribe',
      replaced('/unsubscribe?token=u', '/unsubscribe?token=x'),
      'link: none to unsubscribe',
    ],
    [
      'a missing link to the preferences',
      replaced('/subscriptions/manage', '/x'),
      'link: none to the preferences',
    ],
    [
      'a missing link to the web version',
      html((source) => source.replaceAll('/issues/', '/x/')),
      'link: none to the web version',
    ],
    ['a missing postal address', replaced('3 Mill Lane', ''), 'postal address: not at the end'],
    ['stories without headings', html((source) => source.replaceAll('h2', 'h3')), 'h2: no story has one'],
  ])('%s', async (_, change, fault) => {
    const mail = await KINDS.digest?.('en');
    if (!mail) throw new Error('there is no digest');
    const broken = change(mail);
    expect(broken).not.toEqual(mail);
    expect((await mailFaults(page(), broken)).join('\n')).toContain(fault);
  });
});
