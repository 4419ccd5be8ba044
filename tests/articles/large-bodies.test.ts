import { beforeAll, describe, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

let world: World;
beforeAll(async () => {
  world = await setUp();
});

const post = (fields: Record<string, unknown>) => world.edit('POST', '/api/articles', anArticleInput(fields));

/** Repeats a text until it has about a megabyte in the JSON of a request. */
const megabyte = (text: string) => text.repeat(Math.floor(1_000_000 / (JSON.stringify(text).length - 2)));

describe('the largest honest stories are accepted without a warning', () => {
  const link = (n: number) =>
    `https://paper.example/politics/2026/11/22/a-story-with-a-long-name-${n}?from=a&to=b`;
  const sentence =
    'The ferry returned to the harbour on Sunday, and the crowd cheered. It sailed again after two years & three months.';
  const long = (paragraph: (n: number) => string) =>
    Array.from({ length: 1500 }, (_, n) => paragraph(n)).join('\n\n');
  const cells = (row: (cells: number[]) => string) =>
    Array.from({ length: 2000 }, (_, n) => row(Array.from({ length: 10 }, (_, m) => n * m))).join('\n');

  test.each([
    [
      'Markdown with three thousand links',
      {
        markdown: long(
          (n) => `${sentence} *So* [said](${link(n)}) **the** [mayor][${n}].\n\n[${n}]: ${link(-n)}`,
        ),
      },
    ],
    [
      'HTML with three thousand links',
      {
        html: long(
          (n) =>
            `<p>${sentence} <em>So</em> <a href="${link(n)}">said</a> <b>the</b> <a href="${link(-n)}">mayor</a>.</p>`,
        ),
      },
    ],
    [
      'Markdown with a table of twenty thousand cells',
      {
        markdown: `${'| a '.repeat(10)}|\n${'|--:'.repeat(10)}|\n${cells((row) => `| ${row.join(' | ')} |`)}`,
      },
    ],
    [
      'HTML with a table of twenty thousand cells',
      {
        html: `<table>${cells((row) => `<tr>${row.map((n) => `<td style="text-align:right">${n}</td>`).join('')}</tr>`)}</table>`,
      },
    ],
  ])('%s', async (_, content) => {
    const answer = await post({ content });
    const article = (await answer.json()) as { content: { html: string }; warnings?: unknown };
    expect(answer.status).toBe(201);
    expect(article.warnings).toBeUndefined();
    expect(article.content.html.length).toBeGreaterThan(200_000);
  });
});

describe('a body that stands for much more than it has is refused while it is read', () => {
  const steps = /^takes more than 500000 steps to read, and was not read beyond line \d+ of \d+\. /;
  const elements = /^has more than 150000 elements/;
  const characters = /^has \d+ characters, but becomes more than 3000000 characters of HTML: /;
  const bytes = /^becomes more than 1500000 bytes of clean HTML/;

  test.each([
    [
      'one long link that is used 5,000 times',
      { markdown: `[a]: https://a.example/${'x'.repeat(100_000)}\n\n${'[a] '.repeat(5000)}` },
      characters,
    ],
    [
      'a long link with more uses than a text can have characters',
      { markdown: `[a]: https://a.example/${'x'.repeat(500_000)}\n\n${'[a] '.repeat(120_000)}` },
      characters,
    ],
    [
      'a long title of a link',
      { markdown: `[a]: https://a.example "${'x'.repeat(500_000)}"\n\n${'![a] '.repeat(50)}` },
      characters,
    ],
    ['a quotation in ninety quotations', { markdown: '> '.repeat(90) + megabyte('a\n') }, steps],
    [
      'images in ninety-eight images',
      { markdown: `${'!['.repeat(98)}${megabyte('![a](https:b) ')}${'](https:b)'.repeat(98)}` },
      steps,
    ],
    [
      'tables whose rows lack cells',
      { markdown: megabyte(`${'|a'.repeat(250)}|\n${'|-'.repeat(250)}|\n${'a\n'.repeat(250)}\n`) },
      steps,
    ],
    ['lists in lists', { markdown: megabyte(`${'* '.repeat(45)}a\n`) }, steps],
    [
      'a table with a row of 250,000 cells',
      { markdown: `${'|a'.repeat(250_000)}|\n${'|-'.repeat(250_000)}|\n` },
      steps,
    ],
    ['brackets', { markdown: megabyte('[') }, steps],
    ['emphasis', { markdown: megabyte('**a') }, steps],
    ['paragraphs', { html: megabyte('<p>') }, elements],
    ['ends of paragraphs', { html: megabyte('</p>') }, elements],
    ['bare ampersands', { html: megabyte('&') }, bytes],
  ])('%s', async (_, content, rule) => {
    const answer = await post({ content });
    const { errors } = (await answer.json()) as { errors: unknown };
    expect([answer.status, errors]).toEqual([
      422,
      [{ pointer: `/content/${Object.keys(content)[0]}`, detail: expect.stringMatching(rule) }],
    ]);
  });

  test('relative links in a story with a long address', async () => {
    const url = `https://a.example/${'x'.repeat(2000)}/`;
    const answer = await post({ url, content: { html: megabyte('<a href="b">a</a>') } });
    expect(answer.status).toBe(422);
    expect((await answer.json()).errors).toEqual([
      { pointer: '/content/html', detail: expect.stringMatching(bytes) },
    ]);
  });

  test('and the refusal says at which line reading stopped', async () => {
    const markdown = `${'A line.\n\n'.repeat(1000)}${megabyte('[').slice(0, 600_000)}\n\nThe end.`;
    const { errors } = (await (await post({ content: { markdown } })).json()) as {
      errors: { detail: string }[];
    };
    expect(errors[0]?.detail).toContain('was not read beyond line 2001 of 2003');
  });
});

test('a hundred thousand pictures without an address are left out', async () => {
  const answer = await post({ content: { html: megabyte('aaaa<img>') } });
  expect(answer.status).toBe(201);
  expect((await answer.json()).content.html).toMatch(/^a+$/);
});

describe('of very many faults or warnings, an answer lists a hundred and says how many there are', () => {
  const fields = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, 1]));

  test.each([
    ['of an article', (unknown: object) => unknown],
    ['of the content', (unknown: object) => ({ content: { html: '<p>a</p>', ...unknown } })],
    ['of an author', (unknown: object) => ({ authors: [{ name: 'Ana', ...unknown }] })],
  ])('unknown fields %s', async (_, input) => {
    const answer = await post(input(fields(5000)) as Record<string, unknown>);
    const text = await answer.text();
    const { detail, errors } = JSON.parse(text);
    expect(answer.status).toBe(422);
    expect(detail).toBe('5000 faults. The first 100 are listed in errors.');
    expect(errors).toHaveLength(100);
    expect(text.length).toBeLessThan(40_000);
  });

  test('and not the whole name of a field', async () => {
    const answer = await post({ ['x'.repeat(900_000)]: 1 });
    expect((await answer.json()).errors[0].pointer).toBe(`/${'x'.repeat(299)}…`);
  });

  test('things that were removed', async () => {
    const html = Array.from({ length: 2000 }, (_, n) => `<p on${n}="b">x</p>`).join('');
    const answer = await post({ title: 'T\u0007', content: { html }, translations: ['\u0007'] });
    const { warnings } = (await answer.json()) as { warnings: { pointer: string; detail: string }[] };
    expect(answer.status).toBe(201);
    expect(warnings).toHaveLength(101);
    expect(warnings[2]).toEqual({ pointer: '/content/html', detail: 'removed the handler on0' });
    expect(warnings.at(-1)).toEqual({ pointer: '', detail: 'and 1902 more warnings, which are not listed' });
  });

  test('kinds of things that were removed', async () => {
    const html = Array.from({ length: 1000 }, (_, n) => `<p><t${n}>x</t${n}></p>`).join('');
    const long = `<u${'x'.repeat(10_000)}>y</u${'x'.repeat(10_000)}>`;
    const answer = await post({ content: { html: long + html } });
    const { warnings } = (await answer.json()) as { warnings: { pointer: string; detail: string }[] };
    expect(warnings.at(0)?.detail).toBe(`removed <u${'x'.repeat(58)}…>`);
    expect(warnings.at(99)?.detail).toBe('removed <t98>');
    expect(warnings.at(-1)).toEqual({ pointer: '', detail: 'and 901 more warnings, which are not listed' });
  });

  test('parameters that an address does not take', async () => {
    const query = Array.from({ length: 2000 }, (_, n) => `p${n}`).join('&');
    const answer = await world.edit('GET', `/api/articles?${query}`);
    const { detail } = (await answer.json()) as { detail: string };
    expect(answer.status).toBe(400);
    expect(detail).toContain('There is no parameter p99; ');
    expect(detail).not.toContain('There is no parameter p100; ');
    expect(detail).toMatch(/ There are 1900 faults more, which are not listed\.$/);
  });
});
