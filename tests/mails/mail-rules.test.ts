import { describe, expect, test } from 'vitest';
import { usePage } from '../browser/chromium.ts';
import { KINDS, LANGUAGES } from './every-mail.ts';
import { mailFaults, type RuledMail } from './mail-rules.ts';

/** The rules that every mail keeps. The checker is tried on mails that break them before it is trusted with ours. */

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

describe('each rule catches what breaks it', () => {
  test.each<[rule: string, change: (mail: RuledMail) => RuledMail, fault: string]>([
    ['size', html((source) => source + ' '.repeat(95_000)), 'HTML: 1'],
    ['doctype', replaced(/<!doctype html>/i, ''), 'HTML: no doctype'],
    ['title', replaced(/<title>[^<]*/, '<title>'), 'title: "" is not the subject'],
    ['lang', replaced('<html lang="en"', '<html'), 'lang: none'],
    ['dir', replaced('dir="ltr"', ''), 'dir: ""'],
    ['a second h1', replaced('<h2', '<h1>More</h1><h2'), 'h1: 2 of them'],
    [
      'a table that is data',
      replaced('role="presentation" width="100%"', 'width="100%"'),
      'table: role "null"',
    ],
    ['a token', replaced('By Ana Ruiz', '%%NAME%%'), 'html: has "%%NAME%%"'],
    ['a placeholder', text((words) => `${words}{edition}`), 'text: has "{edition}"'],
    ['a missing value', replaced('By Ana Ruiz', 'By undefined'), 'html: has "undefined"'],
    ['colour schemes', replaced('name="color-scheme"', 'name="x"'), 'meta color-scheme: "undefined"'],
    ['the dark', replaced('prefers-color-scheme: dark', 'print'), 'styles: none for the dark'],
    ['a short preheader', replaced('with forty commuters and a brass band', ''), 'preheader: 29 characters'],
    ['a long preheader', replaced('The first boat', `The ${'very '.repeat(9)}first boat`), 'preheader: 111'],
    ['words of an image', replaced('alt="A white ferry, gulls above"', 'alt=" "'), 'img: no words'],
    ['https', replaced('src="https:', 'src="http:'), 'img: not https'],
    ['wide images', replaced('width="600"', 'width="601"'), 'img: width 601'],
    ['images without a width', replaced('width="600"', ''), 'img: width 0'],
    ['a script', replaced('</body>', '<script></script></body>'), 'HTML: has a <script>'],
    ['a form', replaced('</body>', '<form></form></body>'), 'HTML: has a <form>'],
    ['a style sheet', replaced('</body>', '<link rel="stylesheet" href="https://a.example">'), 'a <link>'],
    ['a handler', replaced('<h1', '<h1 onclick="x()"'), 'HTML: has onclick'],
    ['data:', replaced('</body>', '<p style="background:url(data:image/png,)">'), 'HTML: has url('],
    ['a link that runs', replaced('href="https:', 'href="javascript:'), 'link: "javascript:'],
    ['a link without words', replaced('>Unsubscribe<', '><'), 'link: no words'],
    ['a tag in the text', text((words) => `${words}<br>`), 'text: has a tag'],
    ['an entity in the text', text((words) => `${words}&amp;`), 'text: has an entity'],
    ['a line end in the text', text((words) => `${words}\r\n`), 'text: has a control character'],
    [
      'a story that the text lacks',
      text((words) => words.replaceAll('/story-1?', '/x?')),
      'text: lacks https://paper',
    ],
    ['Outlook', html((source) => source.replaceAll(/<!--\[if mso \| IE\]>.*?-->/g, '')), 'Outlook: no table'],
    ['half of Outlook', replaced('<!--[if mso | IE]></td></tr></table><![endif]-->', ''), 'Outlook: '],
    [
      'comments left out',
      html((source) => source.replaceAll(/<!--[\s\S]*?-->/g, '')),
      'Outlook: no resolution',
    ],
    ['its line heights', replaced('mso-line-height-rule: exactly', 'x'), 'Outlook: no rule for line heights'],
    ['List-Unsubscribe', headers({ 'List-Unsubscribe': '<mailto:a@paper.example>' }), 'is not one https URL'],
    ['one click', headers({ 'List-Unsubscribe-Post': '' }), 'List-Unsubscribe-Post: is not one click'],
    ['unsubscribing', replaced('/unsubscribe?token=u', '/unsubscribe?token=x'), 'link: none to unsubscribe'],
    ['preferences', replaced('/subscriptions/manage', '/x'), 'link: none to the preferences'],
    [
      'the web version',
      html((source) => source.replaceAll('/issues/', '/x/')),
      'link: none to the web version',
    ],
    ['the postal address', replaced('3 Mill Lane', ''), 'postal address: not at the end'],
    ['stories that are no headings', html((source) => source.replaceAll('h2', 'h3')), 'h2: no story has one'],
  ])('%s', async (_, change, fault) => {
    const mail = await KINDS.digest?.('en');
    if (!mail) throw new Error('there is no digest');
    const broken = change(mail);
    expect(broken).not.toEqual(mail);
    expect((await mailFaults(page(), broken)).join('\n')).toContain(fault);
  });
});
