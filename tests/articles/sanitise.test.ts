import { describe, expect, test } from 'vitest';
import { sanitiseHtml } from '../../functions/articles/sanitise.ts';
import { anArticleInput } from '../support/builders.ts';
import { setUp } from '../support/installation.ts';

const clean = (html: string, base?: string) => sanitiseHtml(html, base).html;

describe('the sanitiser keeps what a story is made of', () => {
  test.each([
    '<p>One <em>two</em> <strong>three</strong> <a href="https://a.example/x?a=1&amp;b=2" rel="nofollow">four</a></p>',
    '<h2>Head</h2><h3>Sub</h3><hr /><p>a<br />b</p>',
    '<figure><img src="https://a.example/x.jpg" alt="A quay" width="600" height="400" /><figcaption>Caption</figcaption></figure>',
    '<blockquote cite="https://a.example/"><p>Quoted</p></blockquote><p><q>short</q> <cite>Work</cite></p>',
    '<ul><li>a</li><li>b<ol start="3"><li value="4">c</li></ol></li></ul><dl><dt>t</dt><dd>d</dd></dl>',
    '<table><caption>T</caption><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
    '<pre><code class="language-js">let a = 1 &lt; 2;</code></pre><p><kbd>x</kbd> <sub>1</sub><sup>2</sup></p>',
    '<audio src="https://a.example/x.mp3" controls></audio>',
    '<video src="https://a.example/x.mp4" poster="https://a.example/x.jpg" controls><track src="https://a.example/x.vtt" kind="captions" srclang="en" label="English" /></video>',
    '<audio controls><source src="https://a.example/x.ogg" type="audio/ogg" /></audio>',
    '<p lang="ar" dir="rtl">مرحبا</p><p><bdi>x</bdi> <ruby>漢<rt>kan</rt></ruby></p>',
    '<p><a href="mailto:news@a.example">mail</a> <a href="tel:+15551234">call</a></p>',
    '<details><summary>More</summary><p>x</p></details><p><time datetime="2026-11-22">today</time></p>',
  ])('%s', (html) => expect(clean(html)).toBe(html));
});

describe('the sanitiser', () => {
  test.each([
    ['a script with its text', '<p>a</p><script>alert(1)</script>', '<p>a</p>'],
    ['a style with its text', '<style>p { color: red }</style><p>a</p>', '<p>a</p>'],
    [
      'handlers',
      '<p onclick="x()" onmouseover=x>a</p><img src="https://a.example/x.jpg" onerror="x()">',
      '<p>a</p><img src="https://a.example/x.jpg" alt="" />',
    ],
    ['style, id and class', '<p style="position:fixed" id="a" class="b">a</p>', '<p>a</p>'],
    [
      'frames and embedded objects',
      '<iframe src="https://a.example/"></iframe><object data="x">t</object><embed src="x"><p>a</p>',
      '<p>a</p>',
    ],
    ['forms with their controls', '<form action="/x">t<input><button>b</button></form><p>a</p>', '<p>a</p>'],
    [
      'vector graphics and formulas',
      '<svg><script>x</script></svg><math><mtext>x</mtext></math><p>a</p>',
      '<p>a</p>',
    ],
    ['comments', '<!-- secret --><p>a<!--[if IE]>x<![endif]--></p>', '<p>a</p>'],
    [
      'a document around the story',
      '<html><head><title>T</title><base href="https://evil.example/"></head><body><p>a</p></body></html>',
      '<p>a</p>',
    ],
    [
      'unknown elements without their text',
      '<p><blink>a</blink> <custom-tag>b</custom-tag></p>',
      '<p>a b</p>',
    ],
    ['a first-level heading, which becomes a second-level heading', '<h1>Head</h1>', '<h2>Head</h2>'],
    [
      'text with an overridden direction, which becomes text with a direction',
      '<p><bdo dir="rtl">a</bdo></p>',
      '<p><bdi dir="rtl">a</bdi></p>',
    ],
    ['an element with the name of an object property', '<p><constructor>a</constructor></p>', '<p>a</p>'],
    [
      'an element that separated others',
      '<p>a<custom-tag><div>b</div></custom-tag></p>',
      '<p>a</p><div>b</div><p></p>',
    ],
    ['open elements, which are closed', '<p>a<strong>b', '<p>a<strong>b</strong></p>'],
    ['media over http', '<audio src="http://a.example/x.mp3"></audio><p>a</p>', '<p>a</p>'],
    ['a player in a player, both without address', '<audio><audio></audio></audio><p>a</p>', '<p>a</p>'],
    ['a picture without address', '<img alt="x"><img src="" alt="y"><p>a</p>', '<p>a</p>'],
    ['data in a picture', '<img src="data:image/svg+xml;base64,PHN2Zz4="><p>a</p>', '<p>a</p>'],
  ])('removes or replaces %s', (_, html, expected) =>
    expect(clean(html, 'https://a.example/story')).toBe(expected),
  );

  test.each([
    '<img src="https://t.example/p.gif" width="1" height="1">',
    '<img src="https://t.example/p.gif" width=1>',
    '<img src="https://t.example/p.gif" height="0px" width="100">',
    '<img src="https://t.example/p.gif" width=" 1px ">',
    '<img src="https://t.example/p.gif" style="display:none">',
    '<img src="https://t.example/p.gif" style="width: 1px; height: 1px">',
    '<img src="https://t.example/p.gif" style="VISIBILITY : hidden">',
    '<img src="https://t.example/p.gif" width="01" height="001">',
    '<img src="https://t.example/p.gif" width=" 1.0">',
    '<img src="https://t.example/p.gif" height="0%">',
    '<img src="https://t.example/p.gif" width="1em">',
    '<img src="https://t.example/p.gif" hidden>',
    '<img src="https://t.example/p.gif" hidden="until-found" width="600" height="400">',
    '<img src="https://t.example/p.gif" style="color:red;opacity:0">',
    '<img src="https://t.example/p.gif" style="opacity: 0.01 !important">',
    '<img src="https://t.example/p.gif" style="opacity:/* x */.0%;">',
    '<img src="https://t.example/p.gif" style="max-width:1px">',
    '<img src="https://t.example/p.gif" style="MAX-HEIGHT: 0">',
    '<img src="https://t.example/p.gif" style="height:0em!important">',
    '<img src="https://t.example/p.gif" style="width:0.5px">',
    '<img src="https://t.example/p.gif" style="visibility:collapse">',
  ])('removes the tracking pixel %s', (html) => {
    expect(sanitiseHtml(`<p>a</p>${html}`, undefined)).toMatchObject({
      html: '<p>a</p>',
      removed: [expect.stringContaining('tracking pixel')],
    });
  });

  test.each([
    'width="10" height="100"',
    'width="1200" height="2"',
    'width="100%" height="1.5"',
    'width="" height="auto"',
    'style="opacity:1; width:100%; max-width:11px; height:1em; border-width:1px"',
    'style="constructor:0; opacity; max-width:none"',
  ])('keeps an image that can be seen: %s', (attributes) => {
    const { html, removed } = sanitiseHtml(`<img src="https://a.example/x.jpg" ${attributes}>`, undefined);
    expect([html, removed]).toEqual([expect.stringContaining('https://a.example/x.jpg'), []]);
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'javascript&#58;alert(1)',
    '&#106;avascript:alert(1)',
    '&#x6A;avascript&colon;alert(1)',
    'javascript&NewLine;:alert(1)',
    'java&#0;script:alert(1)',
    'vbscript:x',
    'data:text/html,<script>alert(1)</script>',
    'livescript:x',
    'feed:javascript:alert(1)',
    'view-source:javascript:alert(1)',
    'blob:https://a.example/x',
    'file:///etc/passwd',
  ])('removes or replaces the address %j', (address) => {
    for (const html of [
      `<a href="${address}">a</a>`,
      `<img src="${address}">`,
      `<a href='${address}'>a</a>`,
    ]) {
      for (const base of [undefined, 'https://a.example/']) {
        expect(clean(html, base)).not.toMatch(/(?:href|src)="(?!https:\/\/a\.example\/)/i);
      }
    }
  });

  test('tells the editor what it has removed', async () => {
    const { edit } = await setUp();
    const html =
      '<p onclick="x">a\u0000\ud800</p><script>1</script><script>2</script><a href="javascript:x">b</a>';
    const { warnings } = await (
      await edit('POST', '/api/articles', anArticleInput({ title: 'T\u0007', content: { html } }))
    ).json();
    expect(warnings).toEqual([
      { pointer: '/title', detail: 'removed 1 character that XML does not allow' },
      { pointer: '/content/html', detail: 'removed 2 characters that XML does not allow' },
      { pointer: '/content/html', detail: 'removed the handler onclick' },
      { pointer: '/content/html', detail: 'removed <script> (2 times)' },
      { pointer: '/content/html', detail: expect.stringMatching(/^removed a href of <a>/) },
    ]);
  });
});

describe('content that grows while it is cleaned', () => {
  // The tags of the paragraph take seven bytes, and each & becomes five bytes.
  const most = (1_500_000 - 7) / 5;

  test.each([
    ['html', `<p>${'&'.repeat(900_000)}</p>`, 'more than 1500000'],
    ['html', `<p>${'&'.repeat(Math.ceil(most))}`, '1500002'],
    ['markdown', '&'.repeat(400_000), 'more than 1500000'],
  ])('in the field %s is refused above 1,500,000 bytes of clean HTML', async (kind, text, found) => {
    const { edit } = await setUp();
    const answer = await edit('POST', '/api/articles', anArticleInput({ content: { [kind]: text } }));
    expect(answer.status).toBe(422);
    expect((await answer.json()).errors).toEqual([
      {
        pointer: `/content/${kind}`,
        detail: `becomes ${found} bytes of clean HTML, in which "&" is written "&amp;" and every address is written in full; at most 1500000 are allowed`,
      },
    ]);
  });

  test('is accepted up to 1,500,000 bytes, and is in the feed', async () => {
    const { edit, request } = await setUp();
    const html = `<p>${'&'.repeat(Math.floor(most))}</p>`;
    expect((await edit('POST', '/api/articles', anArticleInput({ content: { html } }))).status).toBe(201);
    const [item] = (await (await request('/feed.json')).json()).items;
    expect(item.content_html).toHaveLength(1_499_997);
  });
});

describe('the addresses in a story', () => {
  test.each([
    ['/x', 'https://a.example/x'],
    ['x.html', 'https://a.example/2026/x.html'],
    ['../x?a=1&b=2', 'https://a.example/x?a=1&amp;b=2'],
    ['//b.example/x', 'https://b.example/x'],
    ['#note', 'https://a.example/2026/story#note'],
    ['?page=2', 'https://a.example/2026/story?page=2'],
    ['https://b.example', 'https://b.example/'],
  ])('are resolved against the address of the story: %s', (href, expected) => {
    expect(clean(`<a href="${href}">a</a>`, 'https://a.example/2026/story')).toBe(
      `<a href="${expected}">a</a>`,
    );
  });

  test('are refused if they are relative and the story has no address', async () => {
    const { edit } = await setUp();
    const html = '<p><a href="/x">a</a><img src="y.jpg"> <a href="#note">b</a></p>';
    const answer = await edit('POST', '/api/articles', anArticleInput({ content: { html } }));
    expect(answer.status).toBe(422);
    const { errors } = await answer.json();
    expect(errors).toEqual([
      { pointer: '/content/html', detail: expect.stringMatching(/relative URLs \("\/x" and 1 more\)/) },
    ]);
    const markdown = await edit(
      'POST',
      '/api/articles',
      anArticleInput({ content: { markdown: '[a](/x)' } }),
    );
    expect((await markdown.json()).errors[0].pointer).toBe('/content/markdown');
    expect(
      (await edit('POST', '/api/articles', anArticleInput({ content: { html }, url: 'https://a.example/' })))
        .status,
    ).toBe(201);
  });

  test('are removed if they lead to a place on the page and the story has no address', () => {
    expect(clean('<p><a href="#note">1</a></p>')).toBe('<p><a>1</a></p>');
  });
});

describe('the sanitiser takes care of characters', () => {
  test.each([
    ['control characters', 'a\u0000b\u0001c\u000bd', '<p>abcd</p>'],
    [
      'references to characters that are not allowed',
      'a&#0;b&#1;c&#x0B;d&#xFFFE;e&#xD800;f',
      expect.stringMatching(/^<p>a\ufffd?bcde\ufffd?f<\/p>$/),
    ],
    ['lone surrogates and non-characters', 'a\ud800b\udc00c\ufffed\uffff', '<p>abcd</p>'],
    ['characters that are allowed', 'é 👩‍👩‍👧 \u{10FFFF} ‮ \u0085', '<p>é 👩‍👩‍👧 \u{10FFFF} ‮ \u0085</p>'],
    ['line ends', 'a\r\nb\rc', '<p>a\nb\nc</p>'],
  ])('%s', (_, text, expected) => expect(clean(`<p>${text}</p>`)).toEqual(expected));
});
