import { expect, it } from 'vitest';
import { setUp, useDatabase } from '../support/installation.ts';

useDatabase();

const article = (markdown: string) => ({
  id: 'md',
  title: 'Markdown',
  content: { markdown },
  language: 'en',
});

it('tables, lists, quotations, code and struck text become HTML', async () => {
  const world = await setUp();
  const answer = await world.edit(
    'POST',
    '/api/articles',
    article('|a|b|\n|-|-|\n|1|2|\n\n- one\n\n> said\n\n```js\nx\n```\n\n~~old~~'),
  );
  expect(answer.status).toBe(201);
  const { content } = (await answer.json()) as { content: { html: string } };
  for (const tag of [
    '<table>',
    '<td>1</td>',
    '<li>one</li>',
    '<blockquote>',
    '<code class="language-js">',
    '<s>old</s>',
  ])
    expect(content.html).toContain(tag);
});

it.each([
  ['quotations', '> '.repeat(10_000)],
  ['lists', '1. '.repeat(10_000)],
  ['emphasis that never ends', '**a'.repeat(60_000)],
  ['emphasis within words', '_a_'.repeat(60_000)],
  ['brackets', '['.repeat(150_000)],
])('hostile %s are answered, and never by a 500', async (_, markdown) => {
  const world = await setUp();
  const answer = await world.edit('POST', '/api/articles', article(`Text.\n\n${markdown}`));
  expect([201, 422]).toContain(answer.status);
});
