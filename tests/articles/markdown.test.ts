import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { hostileMarkdown, postMarkdown } from './hostile-content.ts';

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

it.each(hostileMarkdown(1))('hostile %s are answered, and never by a 500', async (_, markdown) => {
  await postMarkdown(await setUp(), markdown);
});
