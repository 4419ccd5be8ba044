import { describe, expect, it } from 'vitest';
import { ENGLISH, everyPage, SPANISH } from './every-page.ts';

describe('a form with faults', () => {
  const html = String(everyPage('en', ENGLISH)['subscribe-faults']);

  it('says at each field what is wrong with it', () => {
    expect(html).toMatch(
      /<input id="email"[^>]* value="ana@paper.example" aria-invalid="true" aria-describedby="email-fault">/,
    );
    expect(html).toMatch(/<select id="language"[^>]* aria-invalid="true" aria-describedby="language-fault">/);
    expect(html).toMatch(/<fieldset id="editions"[^>]* aria-describedby="editions-fault">/);
    expect(html).toMatch(/<fieldset id="topics"[^>]* aria-describedby="topics-hint topics-fault">/);
    expect(html).toContain(
      '<p class="fault" id="email-fault">Enter an e-mail address such as ana@paper.example.</p>',
    );
  });

  it('lists the faults at the top, each with a link to its field, and mentions them in the title', () => {
    expect([...html.matchAll(/<li><a href="#(\w+)">/g)].map(([, id]) => id)).toEqual([
      'email',
      'language',
      'editions',
      'topics',
    ]);
    expect(html).toContain('role="alert"');
    expect(html).toContain('<title>Please check the form. Get our newsletters');
  });

  it('still has what the reader typed and ticked', () => {
    expect(html).toMatch(/name="editions\[\]" value="daily" checked>/);
    expect(html).toMatch(/name="editions\[\]" value="weekly">/);
    expect(html).toMatch(/name="topics\[\]" value="culture" checked>/);
    expect(html.match(/ checked>/g)).toHaveLength(2);
  });

  it('describes its faults in the language of the page, not in the language of the API', () => {
    expect(String(everyPage('es', SPANISH)['subscribe-faults'])).not.toContain('must be something else');
  });

  it('marks no field if there are no faults', () => {
    const fresh = String(everyPage('en', ENGLISH).subscribe);
    expect(fresh).not.toMatch(/aria-invalid|role="alert"|-fault/);
    expect(fresh).toMatch(/value="daily" checked>/);
    expect(fresh.match(/ checked>/g)).toHaveLength(1);
  });
});

describe('the pages behind the links of a mail', () => {
  it.each(['confirm', 'unsubscribe', 'unsubscribe-all', 'manage', 'manage-faults'])(
    'are not for search engines, and %s has its own address only in its form',
    (name) => {
      const html = String(everyPage('en', ENGLISH)[name]);
      expect(html).toContain('<meta name="robots" content="noindex">');
      expect(html).not.toContain('rel="canonical"');
      expect(html.match(/token=abc\.def/g)).toHaveLength(1);
      expect(html).toContain('<form action="/unsubscribe?token=abc.def" method="post"');
    },
  );

  it('let the reader leave one newsletter or all of them', () => {
    const { unsubscribe, 'unsubscribe-all': all } = everyPage('en', ENGLISH);
    expect(String(unsubscribe)).toContain(
      '<button name="scope" value="edition">Leave “First Light”</button>',
    );
    expect(String(unsubscribe)).toContain('value="all"');
    expect(String(all)).not.toContain('value="edition"');
  });
});

describe('the past issues', () => {
  const html = String(everyPage('en', ENGLISH).issues);

  it('have links to issues that can be read, and say which issues were not sent', () => {
    expect(html).toContain(
      '<a href="/issues/daily/2026-11-22-0730"><span dir="auto">The ferry is back, and five more stories</span></a>',
    );
    expect(html).not.toContain('href="/issues/daily/2026-11-21-0730"');
    expect(html).toContain('Not sent.');
  });

  it('include an edition that is no longer in the settings', () => {
    expect(html).toContain('<a href="/issues/gone/extra-1">Read this issue</a>');
  });
});

it('a mail is shown in a frame that runs no script, and the addresses in its text are links', () => {
  const html = String(everyPage('en', ENGLISH).mail);
  expect(html).toMatch(
    /<iframe src="\/mailbox\/mail-1\/html" title="As HTML" sandbox="allow-popups allow-popups-to-escape-sandbox">/,
  );
  expect(html).toContain('<a href="https://paper.example/ferry">https://paper.example/ferry</a>');
});
